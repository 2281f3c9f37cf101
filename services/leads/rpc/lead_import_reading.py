"""From the texts of a row to a lead, by the rules of the contract: what CreateLead refuses, a row may not say."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from millrace.leads.v1 import lead_pb2

from chassis.imports.row_reading import Problem, RowRefused
from chassis.rpc.refusals import InvalidRequest
from chassis.rpc.validation import validate
from chassis.wire import money_message, put_instant
from kernel.errors import Refusal
from kernel.money import Money
from services.leads.application.lead_row import LeadRow, prepared, problem_of
from services.leads.domain.facts import (
    CONSENT_FIELD,
    NOWHERE,
    Address,
    ConsentTimeReadOnly,
    LeadFacts,
    check_demo,
    check_email,
    check_phone,
    check_received,
)
from services.leads.domain.lead_import.reading import (
    full_name,
    read_amounts,
    read_country,
    read_currency,
    read_instant,
    read_people,
    read_tags,
    read_urgency,
)
from services.leads.domain.lead_import.spans import Unreadable
from services.leads.rpc.lead_import_lengths import longest_cell
from services.leads.rpc.lead_messages import URGENCY_NUMBERS, facts_of
from trade.budget import BudgetBoundsCrossed
from trade.credit_code import credit_code
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
# Columns of instants, and what holds of each.
_INSTANTS: Mapping[str, Callable[..., None]] = {"received_time": check_received, "demo_request_time": check_demo}
_BUDGETS = frozenset({"budget", "budget_min", "budget_max"})
# What a cell ought to say that cannot be read; the texts of CELL_UNREADABLE have words and an example for each.
_EXPECTED: Mapping[str, str] = {
    "employee_count": "people",
    "urgency": "urgency",
    "address.country": "country",
    "currency": "currency",
    **dict.fromkeys(_BUDGETS, "amount"),
    **dict.fromkeys(_INSTANTS, "instant"),
}


def read_lead_row(values: Mapping[str, str], *, zone: ZoneInfo, now: datetime | None = None) -> LeadRow:
    """The row's lead; raises RowRefused with every cell that cannot be read or breaks a rule of the contract.

    What capture would refuse is refused here as far as no database is needed; times in the future, where it is told
    what time it is `now`.
    """
    facts = (_facts_as_they_stand(values) if _is_plain(values) else None) or _Telling(
        values, zone=zone, now=now
    ).facts()
    return LeadRow(
        facts=facts,
        channel=values.get("channel", ""),
        campaign=values.get("campaign", ""),
        region=values.get("region", ""),
    )


def read_prepared_row(values: Mapping[str, str], *, zone: ZoneInfo, now: datetime, rules: DuplicateRules) -> LeadRow:
    """The same, with what the lead will be found and compared by under these rules."""
    return prepared(read_lead_row(values, zone=zone, now=now), rules)


def _is_plain(values: Mapping[str, str]) -> bool:
    """Whether every cell is a text that the contract lets stand as it is: most rows are, and need no message."""
    return all(len(text) <= _LONGEST_PLAIN.get(path, -1) and text.isprintable() for path, text in values.items())


def _facts_as_they_stand(values: Mapping[str, str]) -> LeadFacts | None:
    """The facts of plain texts; None for those that a rule refuses, so that the longer way tells of every one."""
    told: dict[str, str] = {}
    parts: dict[str, str] = {}
    for path, text in values.items():
        if path.startswith(_ADDRESS):
            parts[path.removeprefix(_ADDRESS)] = text.strip()
        elif path not in _ASIDE:
            told[path] = text.strip()
    try:
        facts = LeadFacts(**told, address=Address(**parts) if parts else NOWHERE)  # type: ignore[arg-type]  # texts, all
        facts.check_reach()
    except Refusal:
        return None
    return facts


class _Telling:
    """A row on its way to the message that CreateLead would be given, and all that is found wrong with it."""

    def __init__(self, values: Mapping[str, str], *, zone: ZoneInfo, now: datetime | None) -> None:
        self._values = values
        self._zone = zone
        self._now = now
        self._message = lead_pb2.Lead()
        self._problems: list[Problem] = []
        self._currency = ""

    def facts(self) -> LeadFacts:
        """What the row says; raises RowRefused with every problem, first of its cells, then of the whole."""
        if "currency" in self._values and not _BUDGETS.isdisjoint(self._values):
            self._read("currency", self._values["currency"])
        for path, text in self._values.items():
            if path not in _ASIDE:
                self._read(path, text)
        self._name()
        self._hold_against_contract()
        facts = self._judge()
        if self._problems or facts is None:
            raise RowRefused(*self._problems)
        return facts

    def _read(self, path: str, text: str) -> None:
        try:
            self._fill(path, text)
        except Unreadable:
            self._problems.append(
                Problem(code="CELL_UNREADABLE", field=path, parameters={"expected": _EXPECTED.get(path, "")})
            )
        except Refusal as refusal:
            self._problems.append(replace(problem_of(refusal), field=path))

    def _fill(self, path: str, text: str) -> None:
        """Set the field the column fills, and hold it against its own rules; raises Unreadable and their refusals."""
        message = self._message
        if path in _FILLS:
            _FILLS[path](message, text)
        elif path in _BUDGETS:
            _fill_budget(message, path, read_amounts(text, currency=self._currency))
        elif path == "currency":
            read_currency(text)
            self._currency = text
        elif path in _INSTANTS:
            self._fill_instant(path, text)
        elif path.startswith(_ADDRESS):
            setattr(message.address, path.removeprefix(_ADDRESS), text)
        elif path == _CONSENT:
            raise ConsentTimeReadOnly(field=path)
        elif path.startswith("custom."):
            message.custom[path.removeprefix("custom.")] = text
        else:
            setattr(message, path, text)

    def _fill_instant(self, path: str, text: str) -> None:
        told = read_instant(text, zone=self._zone)
        put_instant(getattr(self._message, path), told)
        if self._now is not None:
            _INSTANTS[path](told, now=self._now)

    def _name(self) -> None:
        """Surname and given name are the contact where no column names him whole."""
        surname, given_name = self._values.get("surname", ""), self._values.get("given_name", "")
        if not self._message.contact_name and (surname or given_name):
            self._message.contact_name = full_name(surname=surname, given_name=given_name)

    def _hold_against_contract(self) -> None:
        try:
            validate(self._message)
        except InvalidRequest as refusal:
            told = {problem.field for problem in self._problems}
            self._problems += [
                Problem(code=each.rule, field=self._column(each.field))
                for each in refusal.violations
                if each.field not in told
            ]

    def _column(self, path: str) -> str:
        """The column a field was filled from."""
        return "surname" if path == "contact_name" and path not in self._values else path

    def _judge(self) -> LeadFacts | None:
        """The facts, unless what the row says as a whole is refused."""
        try:
            return facts_of(self._message)
        except BudgetBoundsCrossed as refusal:
            self._problems.append(problem_of(refusal))
            self._message.ClearField("budget_min")
            return self._judge()
        except Refusal as refusal:
            self._problems.append(problem_of(refusal))
            return None


def _fill_budget(message: lead_pb2.Lead, path: str, amounts: tuple[Money | None, Money | None]) -> None:
    """Raises Unreadable where the column of one bound tells only the other."""
    least, most = amounts
    told = {"budget_min": least, "budget_max": most}.get(path, least or most)
    if told is None and (least or most):
        raise Unreadable(path)
    if least is not None and path != "budget_max":
        message.budget_min.CopyFrom(money_message(least))
    if most is not None and path != "budget_min":
        message.budget_max.CopyFrom(money_message(most))


def _fill_people(message: lead_pb2.Lead, text: str) -> None:
    message.employee_count = read_people(text) or 0


def _fill_urgency(message: lead_pb2.Lead, text: str) -> None:
    message.urgency = URGENCY_NUMBERS[read_urgency(text)]


def _fill_country(message: lead_pb2.Lead, text: str) -> None:
    message.address.country = read_country(text)


def _fill_tags(message: lead_pb2.Lead, text: str) -> None:
    message.tags.extend(read_tags(text))


def _fill_credit_code(message: lead_pb2.Lead, text: str) -> None:
    message.credit_code = credit_code(text) if text.strip() else ""


def _fill_phone(message: lead_pb2.Lead, text: str) -> None:
    message.phone = text
    check_phone(text)


def _fill_email(message: lead_pb2.Lead, text: str) -> None:
    message.email = text
    check_email(text)


_FILLS: Mapping[str, _Fill] = {
    "employee_count": _fill_people,
    "urgency": _fill_urgency,
    "address.country": _fill_country,
    "tags": _fill_tags,
    "credit_code": _fill_credit_code,
    "phone": _fill_phone,
    "email": _fill_email,
}
