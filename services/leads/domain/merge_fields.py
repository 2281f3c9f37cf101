"""What each field becomes when leads are merged (合并规则), and why; pure rules over facts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.errors import InvalidField
from services.leads.domain.facts import CONSENT_FIELD, LeadFacts
from services.leads.domain.lead import Lead
from services.leads.domain.merge_record import FieldDecision, MergeRule, Preference

# What the contract allows a lead to have; what is beyond stays with the leads that were merged away.
MOST_TAGS, MOST_CUSTOM = 50, 100
CUSTOM = "custom."
# They belong to the contact person: another person's number is not his.
_OF_PERSON = frozenset({"job_title", "phone", "email", CUSTOM + CONSENT_FIELD})
_PLAIN = tuple(each.name for each in fields(LeadFacts) if each.name not in {"tags", "custom"})
_NOTHING: Mapping[str, Any] = {
    each.name: each.default if each.default is not MISSING else None for each in fields(LeadFacts)
}


@dataclass(eq=False, kw_only=True)
class MergeChoiceUnknown(InvalidField):
    """A value is chosen for what is no field to choose, or of a lead that is not merged."""

    reason = "MERGE_CHOICE_UNKNOWN"

    field: str = "choices"
    choice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the one who merges says: whose value stays in general, and whose value single fields get."""

    preference: Preference = Preference.SURVIVOR
    choices: Mapping[str, UUID] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedFacts:
    """The facts of the survivor after a merge, with the decision about each field that any lead knows."""

    facts: LeadFacts
    decisions: tuple[FieldDecision, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """What one lead says of one field."""

    lead: UUID
    value: Any
    person: str


def merge_facts(survivor: Lead, others: Collection[Lead], wishes: Wishes) -> MergedFacts:
    """The survivor's facts as they become: a chosen value first, then by preference, and nothing known stays unknown.

    The customer first made contact at the earliest time, and last asked for a demo at the latest. Tags are united,
    custom fields one by one. Position, phone, mail address and consent go with the contact person who stays. Among the
    others the record made last comes first. Raises MergeChoiceUnknown.
    """
    newest = sorted(others, key=lambda lead: (lead.create_time, lead.uuid), reverse=True)
    leads = (survivor, *newest)
    _check(wishes.choices, leads)
    values: dict[str, Any] = {}
    decisions: list[FieldDecision] = []
    for name in _paths(leads):
        decision, value = _decide(name, leads, wishes, person=str(values.get("contact_name", "")))
        values[name] = value
        if decision is not None:
            decisions.append(decision)
    custom = {name.removeprefix(CUSTOM): value for name, value in values.items() if name.startswith(CUSTOM) and value}
    facts = LeadFacts(
        **{name: values[name] for name in _PLAIN}, tags=_united(leads), custom=dict(list(custom.items())[:MOST_CUSTOM])
    )
    if facts.tags:
        contradict = len({lead.facts.tags for lead in leads}) > 1
        decisions.append(FieldDecision(field="tags", source=None, rule=MergeRule.UNITED, conflict=contradict))
    return MergedFacts(facts=facts, decisions=tuple(decisions))


def _paths(leads: Sequence[Lead]) -> list[str]:
    """Every field that is decided by itself; the contact's name stands before what is his."""
    keys = dict.fromkeys(CUSTOM + key for lead in leads for key in lead.facts.custom)
    return [*_PLAIN, *keys]


def _check(choices: Mapping[str, UUID], leads: Sequence[Lead]) -> None:
    open_to_choice = set(_paths(leads)) - {CUSTOM + CONSENT_FIELD}
    merged = {lead.uuid for lead in leads}
    for name, lead in choices.items():
        if name not in open_to_choice or lead not in merged:
            raise MergeChoiceUnknown(choice=name)


def _decide(name: str, leads: Sequence[Lead], wishes: Wishes, *, person: str) -> tuple[FieldDecision | None, Any]:
    """Whose value the field gets, with the value; None where no lead knows any."""
    nothing = _nothing(name)
    told = [_Known(lead.uuid, _value(lead, name), lead.facts.contact_name) for lead in leads]
    known = [each for each in told if each.value != nothing]
    if not known:
        return None, nothing
    if name in wishes.choices:
        rule, taken = MergeRule.CHOSEN, next(each for each in told if each.lead == wishes.choices[name])
    else:
        rule, taken = _by_rule(name, leads, known, wishes.preference, person)
    conflict = len({_comparable(each.value) for each in known}) > 1
    decision = FieldDecision(
        field=name, source=taken.lead if taken.value != nothing else None, rule=rule, conflict=conflict
    )
    return decision, taken.value


def _by_rule(
    name: str, leads: Sequence[Lead], known: Sequence[_Known], preference: Preference, person: str
) -> tuple[MergeRule, _Known]:
    if name == "received_time":
        return MergeRule.EARLIEST, min(known, key=lambda each: _time(each.value))
    if name == "demo_request_time":
        return MergeRule.LATEST, max(known, key=lambda each: _time(each.value))
    rule, taken = _preferred(leads, known, preference)
    if name not in _OF_PERSON:
        return rule, taken
    his = [each for each in known if not person or not each.person or _same_person(each.person, person)]
    if taken in his:
        return rule, taken
    return MergeRule.CONTACT, _preferred(leads, his, preference)[1] if his else _Known(taken.lead, _nothing(name), "")


def _preferred(leads: Sequence[Lead], known: Sequence[_Known], preference: Preference) -> tuple[MergeRule, _Known]:
    """The survivor's value, or that of the newest lead; where that one has none, of the newest that has."""
    survivor = leads[0]
    if preference is Preference.NEWEST:
        ages = {lead.uuid: (lead.create_time, lead.uuid) for lead in leads}
        taken = max(known, key=lambda each: ages[each.lead])
        return MergeRule.SURVIVOR if taken.lead == survivor.uuid else MergeRule.NEWEST, taken
    taken = known[0]
    return MergeRule.SURVIVOR if taken.lead == survivor.uuid else MergeRule.FILLED, taken


def _value(lead: Lead, name: str) -> Any:
    if name.startswith(CUSTOM):
        return lead.facts.custom.get(name.removeprefix(CUSTOM), "")
    return getattr(lead.facts, name)


def _nothing(name: str) -> Any:
    return "" if name.startswith(CUSTOM) else _NOTHING[name]


def _united(leads: Sequence[Lead]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag for lead in leads for tag in lead.facts.tags))[:MOST_TAGS]


def _same_person(one: str, other: str) -> bool:
    return bool(_comparable(one) == _comparable(other))


def _comparable(value: Any) -> Any:
    """Names that differ by blanks and capitals alone do not contradict each other."""
    return "".join(value.split()).casefold() if isinstance(value, str) else value


def _time(value: datetime) -> datetime:
    return value
