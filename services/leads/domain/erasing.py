"""Erasing the person of a lead (删除个人信息)."""

from dataclasses import dataclass, replace
from datetime import datetime

from kernel.errors import Kind, Refusal
from kernel.events import Change
from services.leads.domain.facts import Address, LeadFacts
from services.leads.domain.handing_over import IN_WORDS
from services.leads.domain.lead import FindingKeys, Lead

# Stands where a name stood; a lead without a company must still be called something.
ERASED = "***"


@dataclass(frozen=True, slots=True)
class LeadPersonErased:
    """The person of a lead was erased; what is left is its company and its history."""


@dataclass(eq=False, kw_only=True)
class LeadImportRunningWithPerson(Refusal):
    """A file that names the person is being imported; erasing waits for its end."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_IMPORT_RUNNING_WITH_PERSON"

    lead_import: str


def without_person(facts: LeadFacts) -> LeadFacts:
    """The facts without whatever tells of a person: also free words and fields an administrator added.

    Province and city stay: they decide the region, and many live there. A credit code without a company is that of a
    person who trades under his own name (个体工商户).
    """
    where = Address(city=facts.address.city, province=facts.address.province, country=facts.address.country)
    return replace(
        facts,
        credit_code=facts.credit_code if facts.company_name else "",
        contact_name=ERASED,
        job_title="",
        phone="",
        email="",
        address=where,
        need="",
        tags=(),
        custom={},
    )


def erase_person(lead: Lead, *, keys: FindingKeys, now: datetime) -> Change[Lead]:
    """Erase the person, with whatever others wrote about grade and owner; nothing left to erase is no event.

    `keys` are what the lead is found by without the person.
    """
    facts = without_person(lead.facts)
    if facts == lead.facts:
        return Change(lead, ())
    following = replace(
        lead,
        facts=facts,
        keys=keys,
        grade_override=None,
        qualification=lead.qualification.without_words() if lead.qualification else None,
        owner_reasons=tuple(each for each in lead.owner_reasons if each.code != IN_WORDS),
        resembles=(),
        update_time=now,
    )
    return Change(following, (LeadPersonErased(),))
