"""A lead in the cells of an export: what its message says, in the reader's words."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.money_pb2 import Money
from millrace.leads.v1 import lead_pb2
from millrace.leads.v1.lead_response_pb2 import LeadResponseState

from chassis.exports import Cell
from chassis.rpc.call import Call
from chassis.rpc.sight import concealed, sight_of
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from services.leads.application.reading import ShownLead
from services.leads.domain.exporting import CUSTOM
from services.leads.rpc.intent_messages import put_intent
from services.leads.rpc.lead_messages import put_lead
from services.leads.rpc.response_messages import put_response

_SIGHT = sight_of(lead_pb2.Lead.DESCRIPTOR)
_BETWEEN = {"zh": "、", "en": ", "}
_NANO = Decimal("1e-9")
_THOUSANDTH = Decimal("0.001")
_ADDRESS = "address."
_NAMING = ("channel", "campaign", "region", "owner", "team")
_TIMES = ("received_time", "demo_request_time", "create_time", "update_time")
Reader = Callable[[lead_pb2.Lead], Cell]


class Sheet:
    """The columns of one export, as one caller reads them: what is masked for him in a list is masked here.

    A cell is read off the very message a list would answer, so that no second rule of sight exists.
    """

    def __init__(
        self, columns: Sequence[str], *, call: Call, texts: Texts, names: Mapping[str, str], zone: ZoneInfo
    ) -> None:
        """`names` tells what resources are called; instants are told as the clocks of `zone` show them."""
        self._call = call
        self._wording = Wording(texts, call.locale)
        self._names = names
        self._zone = zone
        self._missing = _SIGHT.missing(call.principal.grants)
        self._words: dict[tuple[str, str], str] = {}
        self.headings = [self._heading(column) for column in columns]
        self._readers = [self._reader(column) for column in columns]

    def rows(self, leads: Sequence[ShownLead]) -> list[list[Cell]]:
        """A row for each lead."""
        return [[read(message) for read in self._readers] for message in map(self._message, leads)]

    def _message(self, shown: ShownLead) -> lead_pb2.Lead:
        message = lead_pb2.Lead()
        put_lead(message, shown.lead, self._wording)
        put_response(message.response, shown.lead, now=self._call.now)
        if shown.intent is not None:
            put_intent(message.intent, shown.intent, self._wording)
        return concealed(message, _SIGHT, self._missing, self._wording) if self._missing else message

    def _heading(self, column: str) -> str:
        """A custom field stands under its key as an import reads it: nobody gave it another name."""
        return column if column.startswith(CUSTOM) else self._word("LEAD_COLUMN", column)

    def _reader(self, column: str) -> Reader:
        if column.startswith(CUSTOM):
            key = column.removeprefix(CUSTOM)
            return lambda lead: lead.custom.get(key, "")
        if column.startswith(_ADDRESS):
            part = column.removeprefix(_ADDRESS)
            return lambda lead: str(getattr(lead.address, part))
        return self._special.get(column) or (lambda lead: _plain(getattr(lead, column)))

    @cached_property
    def _special(self) -> Mapping[str, Reader]:
        called = {column: self._called(column) for column in _NAMING}
        at = {column: self._at(column) for column in _TIMES}
        return {
            **called,
            **at,
            "industry": lambda lead: self._word("LEAD_CELL_INDUSTRY", lead.industry),
            "urgency": lambda lead: self._chosen("LEAD_CELL_URGENCY", lead_pb2.Urgency.Name(lead.urgency)),
            "state": lambda lead: self._chosen("LEAD_CELL_STATE", lead_pb2.LeadState.Name(lead.state)),
            "grade": lambda lead: lead_pb2.Grade.Name(lead.grade).removeprefix("GRADE_").replace("UNSPECIFIED", ""),
            "budget_min": lambda lead: _amount(lead.budget_min),
            "budget_max": lambda lead: _amount(lead.budget_max),
            "currency": lambda lead: lead.budget_min.currency_code or lead.budget_max.currency_code,
            "tags": lambda lead: _BETWEEN[self._call.locale].join(lead.tags),
            "response_state": self._response,
            "response_due_time": lambda lead: self._told(lead.response, "due_time"),
            "first_response_time": lambda lead: self._told(lead.response, "response_time"),
            "intent": _probability,
        }

    def _called(self, column: str) -> Reader:
        def read(lead: lead_pb2.Lead) -> Cell:
            name: str = getattr(lead, column)
            return self._names.get(name, name)

        return read

    def _at(self, column: str) -> Reader:
        return lambda lead: self._told(lead, column)

    def _told(self, message: Any, field: str) -> Cell:
        """An instant of a message, to the minute; nothing where it has none."""
        return self._instant(getattr(message, field)) if message.HasField(field) else ""

    def _instant(self, time: Timestamp) -> str:
        told: datetime = time.ToDatetime(tzinfo=UTC)
        return f"{told.astimezone(self._zone):%Y-%m-%d %H:%M}"

    def _response(self, lead: lead_pb2.Lead) -> str:
        return self._chosen("LEAD_CELL_RESPONSE_STATE", LeadResponseState.Name(lead.response.state))

    def _chosen(self, reason: str, value: str) -> str:
        """A value of a closed list; nothing for what was not said."""
        return "" if value.endswith("_UNSPECIFIED") else self._word(reason, value)

    def _word(self, reason: str, value: str) -> str:
        """The word for a value, looked up once."""
        key = (reason, value)
        if key not in self._words:
            self._words[key] = self._wording.texts.render(reason, {"value": value}, self._call.locale)
        return self._words[key]


def _plain(value: Any) -> Cell:
    """A text as it is; a number that was never told is nothing."""
    return value or "" if isinstance(value, (int, str)) else str(value)


def _amount(money: Money) -> Cell:
    """The amount in major units; nothing where none was told."""
    if not money.currency_code:
        return None
    return (Decimal(money.units) + Decimal(money.nanos) * _NANO).normalize() + 0


def _probability(lead: lead_pb2.Lead) -> Cell:
    if not lead.intent.HasField("probability"):
        return None
    return Decimal(lead.intent.probability).quantize(_THOUSANDTH)
