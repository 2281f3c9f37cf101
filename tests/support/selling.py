"""Events of leads, pipeline and contracts, as their owners would tell them; for whoever listens."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from google.type.date_pb2 import Date
from google.type.money_pb2 import Money
from millrace.contracts.v1 import contract_events_pb2 as contracts
from millrace.contracts.v1 import instalment_events_pb2 as instalments
from millrace.contracts.v1 import quote_events_pb2 as quotes
from millrace.contracts.v1 import receipt_events_pb2 as receipts
from millrace.directory.v1 import member_events_pb2 as members
from millrace.leads.v1 import lead_events_pb2 as leads
from millrace.leads.v1 import lead_pb2
from millrace.pipeline.v1 import account_events_pb2 as accounts
from millrace.pipeline.v1 import account_pb2
from millrace.pipeline.v1 import opportunity_events_pb2 as opportunities
from millrace.pipeline.v1 import registration_events_pb2 as registrations

from chassis.consumer import Event

EAST, SOUTH = UUID(int=201), UUID(int=202)  # 华东, 华南
HANGZHOU, GUANGZHOU = UUID(int=101), UUID(int=102)
ANNA, BO = UUID(int=1), UUID(int=2)
FAIR, WEBSITE = UUID(int=301), UUID(int=302)
STAGES = ("PROSPECT", "NEED", "QUOTE", "NEGOTIATION", "SIGNING")


@dataclass(frozen=True, slots=True)
class Place:
    """Whose something is, and by which way it came."""

    owner: UUID = ANNA
    team: UUID = HANGZHOU
    region: UUID = EAST
    channel: UUID | None = FAIR
    industry: str = "制造业"


EASTERN, SOUTHERN = Place(), Place(owner=BO, team=GUANGZHOU, region=SOUTH, channel=WEBSITE)


@dataclass
class Market:
    """Tells events one after the other, and keeps all of them in order."""

    events: list[Event] = field(default_factory=list)
    versions: Counter[str] = field(default_factory=Counter)

    def tell(self, noun: str, uuid: UUID, message: Any, at: datetime) -> Event:
        """One event more of an aggregate."""
        aggregate = f"{noun}/{uuid}"
        self.versions[aggregate] += 1
        package, _, name = message.DESCRIPTOR.full_name.rpartition(".")
        message.head.id = str(UUID(int=len(self.events) + 1))
        message.head.time.FromDatetime(at)
        message.head.aggregate, message.head.version = f"{noun}s/{uuid}", self.versions[aggregate]
        event = Event(
            id=message.head.id,
            subject=f"{package}.{noun}.{name.lower().removeprefix(noun)}",
            type=message.DESCRIPTOR.full_name,
            aggregate=aggregate,
            version=self.versions[aggregate],
            time=at,
            payload=message.SerializeToString(),
            message=message,
        )
        self.events.append(event)
        return event

    def lead(
        self,
        number: int,
        at: datetime,
        place: Place = EASTERN,
        *,
        state: str = "NEW",
        answered: datetime | None = None,
    ) -> Event:
        """A lead as it is now, with when its customer was answered; the first time it is created."""
        uuid = UUID(int=10_000_000 + number)
        changed = leads.LeadConverting if state == "CONVERTING" else leads.LeadUpdated
        kind = changed if self.versions[f"lead/{uuid}"] else leads.LeadCreated
        message = kind()
        _place(message.lead, place)
        message.lead.name = f"leads/{uuid}"
        message.lead.state = lead_pb2.LeadState.Value(f"LEAD_STATE_{state}")
        message.lead.create_time.FromDatetime(self._first(f"lead/{uuid}", at))
        if answered:
            message.lead.first_response_time.FromDatetime(answered)
        return self.tell("lead", uuid, message, at)

    def account(self, number: int, at: datetime, place: Place = EASTERN, *, deleted: bool = False) -> Event:
        """A customer as it is now."""
        uuid = UUID(int=20_000_000 + number)
        message = accounts.AccountUpdated() if self.versions[f"account/{uuid}"] else accounts.AccountCreated()
        _whose(message.account, place)
        message.account.name = f"accounts/{uuid}"
        message.account.deleted = deleted
        message.account.create_time.FromDatetime(self._first(f"account/{uuid}", at))
        return self.tell("account", uuid, message, at)

    def registration(
        self, number: int, at: datetime, place: Place = EASTERN, *, state: str = "APPROVED", opened: bool = False
    ) -> Event:
        """A registration as it is now."""
        uuid = UUID(int=30_000_000 + number)
        message = registrations.RegistrationUpdated()
        told = message.registration
        _place(told, place)
        told.state = registrations.RegistrationState.Value(f"REGISTRATION_STATE_{state}")
        told.opportunity = f"opportunities/{UUID(int=40_000_000 + number)}" if opened else ""
        told.create_time.FromDatetime(self._first(f"registration/{uuid}", at))
        told.review_time.FromDatetime(at)
        return self.tell("registration", uuid, message, at)

    def opportunity(
        self,
        number: int,
        at: datetime,
        place: Place = EASTERN,
        *,
        stage: str = "PROSPECT",
        state: str = "OPEN",
        amount: int = 100_000,
        **more: Any,
    ) -> Event:
        """An opportunity as it is now; `amount` in yuan. It enters its stage with the event that first says so."""
        uuid = UUID(int=40_000_000 + number)
        key = f"opportunity/{uuid}"
        kind = opportunities.OpportunityUpdated if self.versions[key] else opportunities.OpportunityCreated
        closing = state != "OPEN" and self._states.get(key, "OPEN") == "OPEN"
        ended = opportunities.OpportunityWon if state == "WON" else opportunities.OpportunityLost
        owed = opportunities.OpportunityUnsettled if more.get("unsettled") else ended if closing else kind
        message = opportunities.OpportunitySettled() if more.get("settled") else owed()
        told = message.opportunity
        _place(told, place)
        told.name, told.counts = f"opportunities/{uuid}", more.get("counts", True)
        told.state = opportunities.OpportunityState.Value(f"OPPORTUNITY_STATE_{state}")
        told.stage_kind = opportunities.StageKind.Value(f"STAGE_KIND_{stage}")
        told.amount.CopyFrom(yuan(amount, more.get("currency", "CNY")))
        told.create_time.FromDatetime(self._first(key, at))
        told.first_contact_time.FromDatetime(more.get("first_contact", self._first(key, at)))
        told.stage_entered_time.FromDatetime(self._first(f"{key}/{self._stage(key, stage, state)}", at))
        if state != "OPEN":
            told.close_time.FromDatetime(self._first(f"{key}/{state}/closed", at))
        told.loss_reason = more.get("loss_reason", "price") if state == "LOST" else ""
        _work(message, more)
        _customer(message, more)
        told.win_reason = more.get("win_reason", "") if state == "WON" else ""
        return self.tell("opportunity", uuid, message, at)

    def contract(self, number: int, at: datetime, place: Place = EASTERN, **more: Any) -> Event:
        """A contract as it is now; `amount` in yuan, `signed` and `ends` where it is."""
        uuid = UUID(int=50_000_000 + number)
        message = contracts.ContractUpdated()
        told = message.contract
        _whose(told, place)
        told.account = account_name(more.get("customer", number))
        told.state = contracts.ContractState.Value(f"CONTRACT_STATE_{more.get('state', 'SIGNED')}")
        told.amount.CopyFrom(yuan(more.get("amount", 100_000), more.get("currency", "CNY")))
        if more.get("signed", True):
            told.sign_time.FromDatetime(self._first(f"contract/{uuid}/signed", at))
        if "ends" in more:
            told.end_date.CopyFrom(day(more["ends"]))
        return self.tell("contract", uuid, message, at)

    def receipt(self, number: int, at: datetime, place: Place = EASTERN, **more: Any) -> Event:
        """Money that came in; `amount` and `refunded` in yuan."""
        uuid = UUID(int=60_000_000 + number)
        message = receipts.ReceiptBooked()
        _whose(message.receipt, place)
        message.receipt.receive_date.CopyFrom(day(self._first(f"receipt/{uuid}", at)))
        message.receipt.amount.CopyFrom(yuan(more.get("amount", 10_000)))
        message.receipt.refunded.CopyFrom(yuan(more.get("refunded", 0)))
        message.receipt.reversed = more.get("reversed", False)
        return self.tell("receipt", uuid, message, at)

    def instalment(self, number: int, at: datetime, place: Place = EASTERN, **more: Any) -> Event:
        """An instalment as it is now; `amount` and `paid` in yuan."""
        uuid = UUID(int=70_000_000 + number)
        message = instalments.InstalmentPlanned()
        _whose(message.instalment, place)
        message.instalment.due_date.CopyFrom(day(more.get("due", at)))
        message.instalment.amount.CopyFrom(yuan(more.get("amount", 10_000)))
        message.instalment.paid.CopyFrom(yuan(more.get("paid", 0)))
        message.instalment.cancelled = more.get("cancelled", False)
        return self.tell("instalment", uuid, message, at)

    def quote(self, number: int, at: datetime, place: Place = EASTERN, *, state: str = "SENT") -> Event:
        """A quote as it is now."""
        uuid = UUID(int=80_000_000 + number)
        message = quotes.QuoteUpdated()
        _whose(message.quote, place)
        message.quote.state = quotes.QuoteState.Value(f"QUOTE_STATE_{state}")
        message.quote.gross_total.CopyFrom(yuan(50_000))
        message.quote.create_time.FromDatetime(self._first(f"quote/{uuid}", at))
        return self.tell("quote", uuid, message, at)

    def member(self, uuid: UUID, at: datetime) -> Event:
        """Somebody who works here."""
        return self.tell("member", uuid, members.MemberUpdated(), at)

    def of(self, stream: str) -> Sequence[Event]:
        """What one stream holds."""
        return [event for event in self.events if event.subject.split(".")[1] == stream]

    def _first(self, key: str, at: datetime) -> datetime:
        return self._times.setdefault(key, at)

    def _stage(self, key: str, stage: str, state: str) -> str:
        """The stay in a stage: entering it a second time is another one, and so is being worked on again."""
        stays = self._stays.setdefault(key, [])
        reopened = state == "OPEN" and self._states.get(key, "OPEN") != "OPEN"
        if not stays or stays[-1] != stage or reopened:
            stays.append(stage)
        self._states[key] = state
        return f"{stage}/{len(stays)}"

    _times: dict[str, datetime] = field(default_factory=dict)
    _stays: dict[str, list[str]] = field(default_factory=dict)
    _states: dict[str, str] = field(default_factory=dict)


def _work(message: Any, more: Mapping[str, Any]) -> None:
    """How an opportunity is worked: when its need was confirmed and it was quoted, and who was known at its end."""
    told = message.opportunity
    told.registration = f"registrations/{UUID(int=30_000_000)}" if more.get("registered") else ""
    if "confirmed" in more:
        told.conduct.need_confirmed_time.FromDatetime(more["confirmed"])
    if "quoted" in more:
        told.conduct.first_quoted_time.FromDatetime(more["quoted"])
    if "contacts" in more:
        message.acquaintance.contact_count = more["contacts"]


def _customer(message: Any, more: Mapping[str, Any]) -> None:
    """Whose opportunity it is, how he stood when it was opened, what he is offered; `from_lead` where one became it."""
    told = message.opportunity
    told.account = account_name(more["customer"]) if "customer" in more else ""
    told.tier, told.lead = more.get("tier", ""), f"leads/{UUID(int=1)}" if more.get("from_lead") else ""
    told.products.extend(f"products/{UUID(int=each)}" for each in more.get("products", ()))
    if isinstance(message, opportunities.OpportunityCreated) and ("phase" in more or "tags" in more):
        message.customer.phase = account_pb2.AccountPhase.Value(f"ACCOUNT_PHASE_{more.get('phase', 'PROSPECT')}")
        message.customer.tags.extend(more.get("tags", ()))


def account_name(number: int) -> str:
    """The resource name of a customer; 0 is nobody."""
    return f"accounts/{UUID(int=20_000_000 + number)}" if number else ""


def day(told: datetime) -> Date:
    """A calendar day."""
    return Date(year=told.year, month=told.month, day=told.day)


def yuan(amount: int, currency: str = "CNY") -> Money:
    """An amount in whole units."""
    return Money(currency_code=currency, units=amount)


def noon(month: int, on: int, year: int = 2026) -> datetime:
    """Noon in Shanghai."""
    return datetime(year, month, on, 4, tzinfo=UTC)


def _whose(told: Any, place: Place) -> None:
    told.owner, told.team, told.region = f"members/{place.owner}", f"teams/{place.team}", f"regions/{place.region}"


def _place(told: Any, place: Place) -> None:
    _whose(told, place)
    told.channel = f"channels/{place.channel}" if place.channel else ""
    told.industry = place.industry
