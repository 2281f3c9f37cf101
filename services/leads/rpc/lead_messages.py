"""Leads between messages and the domain."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, Literal

from millrace.leads.v1 import lead_pb2, lead_qualification_pb2

from chassis.rpc.wording import Wording
from chassis.wire import instant_of, money_message, money_of, named, put_instant, reference
from services.leads.domain.conversion_record import Conversion
from services.leads.domain.facts import CONSENT_FIELD, NOWHERE, Address, ConsentTimeReadOnly, LeadFacts, Urgency
from services.leads.domain.lead import Grade, GradeOverride, Lead
from services.leads.domain.lead_state import LeadState
from services.leads.domain.merge_record import Merged
from services.leads.domain.qualification_record import Verdict
from services.leads.domain.resemblance import Band, Resemblance
from trade.budget import NO_BUDGET, Budget
from trade.credit_code import credit_code

URGENCIES: Mapping[int, Urgency] = {
    lead_pb2.URGENCY_UNSPECIFIED: Urgency.UNKNOWN,
    lead_pb2.URGENCY_HIGH: Urgency.HIGH,
    lead_pb2.URGENCY_MEDIUM: Urgency.MEDIUM,
    lead_pb2.URGENCY_LOW: Urgency.LOW,
}
URGENCY_NUMBERS: Mapping[Urgency, Any] = {urgency: number for number, urgency in URGENCIES.items()}
STATE_NUMBERS: Mapping[LeadState, Any] = {
    state: lead_pb2.LeadState.Value(f"LEAD_STATE_{state.name}") for state in LeadState
}
GRADE_NUMBERS: Mapping[Grade, Any] = {
    Grade.UNGRADED: lead_pb2.GRADE_UNSPECIFIED,
    Grade.A: lead_pb2.GRADE_A,
    Grade.B: lead_pb2.GRADE_B,
    Grade.C: lead_pb2.GRADE_C,
    Grade.D: lead_pb2.GRADE_D,
}
GRADES: Mapping[int, Grade] = {number: grade for grade, number in GRADE_NUMBERS.items()}
BAND_NUMBERS: Mapping[Band, Any] = {
    Band.POSSIBLE: lead_pb2.DUPLICATE_BAND_POSSIBLE,
    Band.LIKELY: lead_pb2.DUPLICATE_BAND_LIKELY,
    Band.SAME: lead_pb2.DUPLICATE_BAND_SAME,
}


_ADDRESS_PARTS = tuple(part.name for part in fields(Address))


def facts_of(message: lead_pb2.Lead, *, path: str = "lead", consent: str = "") -> LeadFacts:
    """What the message says of the customer; `consent` is when he agreed as the lead knows it, and stays.

    Raises InvalidField, CreditCodeInvalid and ConsentTimeReadOnly with the field's path, and the facts' refusals.
    """
    code = message.credit_code.strip()
    return LeadFacts(
        company_name=message.company_name.strip(),
        credit_code=credit_code(code, field=f"{path}.credit_code") if code else "",
        contact_name=message.contact_name.strip(),
        job_title=message.job_title.strip(),
        phone=message.phone.strip(),
        email=message.email.strip(),
        address=_address_of(message),
        industry=message.industry.strip(),
        employee_count=message.employee_count,
        urgency=URGENCIES[message.urgency],
        budget=_budget_of(message, path),
        need=message.need.strip(),
        received_time=_told_instant(message, "received_time", path),
        demo_request_time=_told_instant(message, "demo_request_time", path),
        channel=reference(message.channel, field=f"{path}.channel", collection="channels"),
        campaign=reference(message.campaign, field=f"{path}.campaign", collection="campaigns"),
        region=reference(message.region, field=f"{path}.region", collection="regions"),
        tags=tuple(message.tags),
        custom=_custom_of(message, path, consent),
    )


def facts_message(facts: LeadFacts) -> lead_pb2.Lead:
    """A message that holds the facts and nothing else."""
    message = lead_pb2.Lead()
    _put_facts(message, facts)
    return message


def _put_facts(message: lead_pb2.Lead, facts: LeadFacts) -> None:
    message.company_name = facts.company_name
    message.credit_code = facts.credit_code
    message.contact_name = facts.contact_name
    message.job_title = facts.job_title
    message.phone = facts.phone
    message.email = facts.email
    message.industry = facts.industry
    message.employee_count = facts.employee_count
    message.urgency = URGENCY_NUMBERS[facts.urgency]
    message.need = facts.need
    message.channel = named("channels", facts.channel)
    message.campaign = named("campaigns", facts.campaign)
    message.region = named("regions", facts.region)
    if facts.budget.currency:
        _put_budget(message, facts.budget)
    if facts.tags:
        message.tags.extend(facts.tags)
    if facts.custom:
        message.custom.update(facts.custom)
    if facts.address != NOWHERE:
        for part in _ADDRESS_PARTS:
            setattr(message.address, part, getattr(facts.address, part))
    if facts.received_time:
        put_instant(message.received_time, facts.received_time)
    if facts.demo_request_time:
        put_instant(message.demo_request_time, facts.demo_request_time)


def _put_budget(message: lead_pb2.Lead, budget: Budget) -> None:
    if budget.least:
        message.budget_min.CopyFrom(money_message(budget.least))
    if budget.most:
        message.budget_max.CopyFrom(money_message(budget.most))


def to_message(lead: Lead, wording: Wording) -> lead_pb2.Lead:
    """The lead with its explanations worded."""
    message = lead_pb2.Lead()
    put_lead(message, lead, wording)
    return message


def put_lead(message: lead_pb2.Lead, lead: Lead, wording: Wording) -> None:
    """The same into a message that stands in a list already: to copy fifty costs more than to fill them."""
    _put_facts(message, lead.facts)
    message.name = named("leads", lead.uuid)
    message.state = STATE_NUMBERS[lead.state]
    message.grade = GRADE_NUMBERS[lead.grade]
    if lead.grade_reasons:
        message.grade_reasons.extend(wording.reasons(lead.grade_reasons))
    if lead.grade_override:
        message.grade_override.CopyFrom(override_message(lead.grade_override))
    message.owner = named("members", lead.owner)
    message.team = named("teams", lead.team)
    if lead.owner_reasons:
        message.owner_reasons.extend(wording.reasons(lead.owner_reasons))
    if lead.resembles:
        message.duplicates.extend(candidate_message(hint, wording) for hint in lead.resembles)
    if lead.conversion:
        put_conversion(message.conversion, lead.conversion, wording)
    if lead.qualification and lead.qualification.verdict:
        put_verdict(message.verdict, lead.qualification.verdict, wording)
    if lead.merged:
        message.merged_into = named("leads", lead.merged.into)
        message.merge = merge_name(lead.merged)
    message.pool = named("leadPools", lead.pool)
    put_instant(message.create_time, lead.create_time)
    put_instant(message.update_time, lead.update_time)
    message.etag = str(lead.version)
    message.touch_count = lead.touch_count


def merge_name(merged: Merged) -> str:
    """The name of a merge, below the lead that survived it."""
    return f"leads/{merged.into}/merges/{merged.merge}"


def override_message(override: GradeOverride) -> lead_pb2.GradeOverride:
    """A person's grade on the wire."""
    message = lead_pb2.GradeOverride(
        grade=GRADE_NUMBERS[override.grade],
        reason=override.reason,
        author=override.author,
        author_display_name=override.author_name,
        rules_grade=GRADE_NUMBERS[override.rules_grade],
    )
    message.time.FromDatetime(override.time)
    return message


def put_conversion(message: lead_pb2.LeadConversion, conversion: Conversion, wording: Wording) -> None:
    """The last attempt to convert a lead, with the reason of a refusal worded."""
    message.target = lead_pb2.LeadTarget.Value(f"LEAD_TARGET_{conversion.choices.target.name}")
    message.actor = named("members", conversion.actor)
    put_instant(message.request_time, conversion.time)
    if conversion.error:
        message.errors.extend(wording.reasons([conversion.error]))
    outcome = conversion.outcome
    if outcome:
        put_instant(message.convert_time, outcome.time)
        message.account = named("accounts", outcome.account)
        message.contact = named("contacts", outcome.contact)
        message.registration = named("registrations", outcome.registration)
        message.opportunity = named("opportunities", outcome.opportunity)


def put_verdict(message: lead_qualification_pb2.LeadVerdict, verdict: Verdict, wording: Wording) -> None:
    """How a lead was judged last, with why it is not worth selling to."""
    message.reason = verdict.code
    if not verdict.qualified:
        message.reasons.extend(wording.reasons([verdict.to_reason()]))
    message.note = verdict.note
    message.author = verdict.author
    message.author_display_name = verdict.author_name
    put_instant(message.time, verdict.time)


def candidate_message(hint: Resemblance, wording: Wording) -> lead_pb2.DuplicateCandidate:
    """What resembles a lead, with reasons worded."""
    return lead_pb2.DuplicateCandidate(
        lead=named("leads", hint.lead),
        score=hint.score,
        band=BAND_NUMBERS[hint.band],
        reasons=wording.reasons(hint.reasons),
    )


def _told_instant(
    message: lead_pb2.Lead, name: Literal["received_time", "demo_request_time"], path: str
) -> datetime | None:
    return instant_of(getattr(message, name), field=f"{path}.{name}") if message.HasField(name) else None


def _budget_of(message: lead_pb2.Lead, path: str) -> Budget:
    least = money_of(message.budget_min, field=f"{path}.budget_min") if message.HasField("budget_min") else None
    most = money_of(message.budget_max, field=f"{path}.budget_max") if message.HasField("budget_max") else None
    return Budget(least=least, most=most) if least or most else NO_BUDGET


def _custom_of(message: lead_pb2.Lead, path: str, consent: str) -> dict[str, str]:
    custom = dict(message.custom)
    if custom.get(CONSENT_FIELD, consent) != consent:
        raise ConsentTimeReadOnly(field=f"{path}.custom")
    return custom | {CONSENT_FIELD: consent} if consent else custom


def _address_of(message: lead_pb2.Lead) -> Address:
    if not message.HasField("address"):
        return NOWHERE
    address = message.address
    return Address(
        street_number=address.street_number.strip(),
        line_1=address.line_1.strip(),
        line_2=address.line_2.strip(),
        district=address.district.strip(),
        city=address.city.strip(),
        province=address.province.strip(),
        postal_code=address.postal_code.strip(),
        country=address.country.strip(),
    )
