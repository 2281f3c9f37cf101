"""A row of a list of leads, and how it travels from the process that read it to the one that takes it in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from chassis.imports.row_reading import Problem
from kernel.errors import InvalidField, Refusal
from kernel.money import Money
from services.leads.application.identities import Traits, traits_of
from services.leads.domain.facts import Address, LeadFacts, Urgency
from services.leads.domain.lead import FindingKeys
from trade.budget import Budget
from trade.duplicates import DuplicateRules

# What JSON gives back as it was. Channel, campaign and region a row tells by their names, beside its facts.
_PLAIN = (
    "company_name",
    "credit_code",
    "contact_name",
    "job_title",
    "phone",
    "email",
    "industry",
    "employee_count",
    "need",
    "custom",
)
_ADDRESS_PARTS = tuple(part.name for part in fields(Address))


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadRow:
    """One row of a list: the facts, and the channel, campaign and region by the names people write."""

    facts: LeadFacts
    channel: str = ""
    campaign: str = ""
    region: str = ""
    traits: Traits | None = None


def prepared(row: LeadRow, rules: DuplicateRules) -> LeadRow:
    """The row with all that can be worked out of it without the database, under these rules."""
    return replace(row, traits=traits_of(row.facts, rules))


def problem_of(refusal: Refusal) -> Problem:
    """A refusal of one lead as the problem of its row; what names a field names it relative to the lead."""
    field = refusal.field.removeprefix("lead.") if isinstance(refusal, InvalidField) else ""
    return Problem(code=refusal.reason, field=field, parameters=refusal.metadata())


def pack_row(row: LeadRow) -> list[object]:
    """The row in what JSON knows; what it does not tell is left out."""
    traits = row.traits
    worked_out = traits and [
        traits.mark,
        traits.prints,
        sorted(traits.match),
        traits.keys.sort,
        traits.keys.phone,
        traits.keys.email,
    ]
    return [_facts_told(row.facts), row.channel, row.campaign, row.region, worked_out]


def unpack_row(packed: Any) -> LeadRow:
    """The row from what `pack_row` told."""
    told, channel, campaign, region, worked_out = packed
    return LeadRow(
        facts=_facts_from(told),
        channel=channel,
        campaign=campaign,
        region=region,
        traits=_traits_from(*worked_out) if worked_out else None,
    )


def _facts_told(facts: LeadFacts) -> dict[str, object]:
    least, most = facts.budget.least, facts.budget.most
    special = {
        "address": {part: text for part in _ADDRESS_PARTS if (text := getattr(facts.address, part))},
        "urgency": facts.urgency.value,
        "budget": (least or most) and [facts.budget.currency, least and least.minor, most and most.minor],
        "received_time": facts.received_time,
        "demo_request_time": facts.demo_request_time,
        "tags": facts.tags,
    }
    told = {name: getattr(facts, name) for name in _PLAIN} | special
    return {name: value for name, value in told.items() if value}


def _facts_from(told: dict[str, Any]) -> LeadFacts:
    for name, made in _SPECIAL.items():
        if name in told:
            told[name] = made(told[name])
    return LeadFacts(**told)


def _budget_from(told: list[Any]) -> Budget:
    currency, least, most = told
    return Budget(
        least=None if least is None else Money(minor=least, currency=currency),
        most=None if most is None else Money(minor=most, currency=currency),
    )


def _traits_from(mark: str, prints: str, match: list[str], sort: str, phone: str, email: str) -> Traits:
    keys = FindingKeys(sort=sort, phone=phone, email=email)
    return Traits(mark=mark, prints=prints, match=frozenset(match), keys=keys)


_SPECIAL: Mapping[str, Callable[[Any], Any]] = {
    "address": lambda told: Address(**told),
    "urgency": Urgency,
    "budget": _budget_from,
    "received_time": datetime.fromisoformat,
    "demo_request_time": datetime.fromisoformat,
    "tags": tuple,
}
