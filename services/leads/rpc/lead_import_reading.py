"""From the texts of a row to a lead, by the rules of the contract: what CreateLead refuses, a row may not say."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from zoneinfo import ZoneInfo

from millrace.leads.v1 import lead_pb2

from chassis.imports.row_reading import Problem, RowRefused
from chassis.rpc.refusals import InvalidRequest
from chassis.rpc.validation import validate
from chassis.wire import money_message, put_instant
from kernel.errors import Refusal
from kernel.money import Money
from services.leads.application.lead_row import LeadRow, prepared, problem_of
from services.leads.domain.facts import CONSENT_FIELD, NOWHERE, Address, ConsentTimeReadOnly, LeadFacts
from services.leads.domain.lead_import.reading import (
    Unreadable,
    full_name,
    read_amounts,
    read_country,
    read_instant,
    read_people,
    read_tags,
    read_urgency,
)
from services.leads.rpc.lead_import_lengths import longest_cell
from services.leads.rpc.lead_messages import URGENCY_NUMBERS, facts_of
from trade.duplicates import DuplicateRules

_Fill = Callable[[lead_pb2.Lead, str], None]
# Columns that say nothing by themselves: they are read beside another, or looked up by name.
_ASIDE = frozenset({"surname", "given_name", "currency", "channel", "campaign", "region"})
_ADDRESS = "address."
_CONSENT = f"custom.{CONSENT_FIELD}"
# Columns whose cells are facts, or names looked up, without being read any further; how long the contract lets each be.
_LONGEST_PLAIN: Mapping[str, int] = {
    path: longest_cell(path)
    for path in (
        *("company_name", "contact_name", "job_title", "phone", "email", "industry", "need"),
        *(f"{_ADDRESS}{part.name}" for part in fields(Address) if part.name != "country"),
        *("channel", "campaign", "region"),
    )
}
_INSTANTS = frozenset({"received_time", "demo_request_time"})


def read_lead_row(values: Mapping[str, str], *, zone: ZoneInfo) -> LeadRow:
    """The row's lead; raises RowRefused with every cell that cannot be read or breaks a rule of the contract."""
    try:
        facts = _facts_as_they_stand(values) if _is_plain(values) else _facts_by_message(values, zone)
        facts.check_reach()
    except InvalidRequest as refusal:
        raise RowRefused(*(Problem(code=each.rule, field=each.field) for each in refusal.violations)) from None
    except Refusal as refusal:
        raise RowRefused(problem_of(refusal)) from None
    return LeadRow(
        facts=facts,
        channel=values.get("channel", ""),
        campaign=values.get("campaign", ""),
        region=values.get("region", ""),
    )


def read_prepared_row(values: Mapping[str, str], *, zone: ZoneInfo, rules: DuplicateRules) -> LeadRow:
    """The same, with what the lead will be found and compared by under these rules."""
    return prepared(read_lead_row(values, zone=zone), rules)


def _is_plain(values: Mapping[str, str]) -> bool:
    """Whether every cell is a text that the contract lets stand as it is: most rows are, and need no message."""
    return all(len(text) <= _LONGEST_PLAIN.get(path, -1) and text.isprintable() for path, text in values.items())


def _facts_as_they_stand(values: Mapping[str, str]) -> LeadFacts:
    told: dict[str, str] = {}
    parts: dict[str, str] = {}
    for path, text in values.items():
        if path.startswith(_ADDRESS):
            parts[path.removeprefix(_ADDRESS)] = text.strip()
        elif path not in _ASIDE:
            told[path] = text.strip()
    return LeadFacts(**told, address=Address(**parts) if parts else NOWHERE)  # type: ignore[arg-type]  # texts, all


def _facts_by_message(values: Mapping[str, str], zone: ZoneInfo) -> LeadFacts:
    """The facts of the message that CreateLead would be given."""
    message, problems = lead_pb2.Lead(), []
    for path, text in values.items():
        try:
            _fill(message, path, text, values, zone)
        except Unreadable:
            problems.append(Problem(code="CELL_UNREADABLE", field=path))
    if problems:
        raise RowRefused(*problems)
    if not message.contact_name and ("surname" in values or "given_name" in values):
        message.contact_name = full_name(surname=values.get("surname", ""), given_name=values.get("given_name", ""))
    validate(message)
    return facts_of(message)


def _fill(message: lead_pb2.Lead, path: str, text: str, values: Mapping[str, str], zone: ZoneInfo) -> None:
    """Set the field the column fills; raises Unreadable and ConsentTimeReadOnly."""
    if path in _ASIDE:
        return
    if path in _READERS:
        _READERS[path](message, text)
    elif path.startswith("budget"):
        _fill_budget(message, path, read_amounts(text, currency=values.get("currency", "")))
    elif path in _INSTANTS:
        put_instant(getattr(message, path), read_instant(text, zone=zone))
    elif path.startswith(_ADDRESS):
        setattr(message.address, path.removeprefix(_ADDRESS), text)
    elif path == _CONSENT:
        raise ConsentTimeReadOnly(field=path)
    elif path.startswith("custom."):
        message.custom[path.removeprefix("custom.")] = text
    else:
        setattr(message, path, text)


def _fill_budget(message: lead_pb2.Lead, path: str, amounts: tuple[Money, Money]) -> None:
    least, most = amounts
    if path != "budget_max":
        message.budget_min.CopyFrom(money_message(least))
    if path != "budget_min":
        message.budget_max.CopyFrom(money_message(most))


def _fill_people(message: lead_pb2.Lead, text: str) -> None:
    people = read_people(text)
    if people >= 2**31:
        raise Unreadable(text)
    message.employee_count = people


def _fill_urgency(message: lead_pb2.Lead, text: str) -> None:
    message.urgency = URGENCY_NUMBERS[read_urgency(text)]


def _fill_country(message: lead_pb2.Lead, text: str) -> None:
    message.address.country = read_country(text)


def _fill_tags(message: lead_pb2.Lead, text: str) -> None:
    message.tags.extend(read_tags(text))


_READERS: Mapping[str, _Fill] = {
    "employee_count": _fill_people,
    "urgency": _fill_urgency,
    "address.country": _fill_country,
    "tags": _fill_tags,
}
