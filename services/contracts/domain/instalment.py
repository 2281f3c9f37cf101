"""The instalment (回款期次): what is to be paid on which day. Its state follows from the ledger and the day."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from uuid import UUID

from kernel.errors import InvalidField, Kind, Refusal
from kernel.events import Change
from kernel.money import Money


class InstalmentState(Enum):
    """How far an instalment is paid; derived, never typed in."""

    PLANNED = "planned"
    DUE = "due"
    OVERDUE = "overdue"
    PARTLY_PAID = "partly_paid"
    PAID = "paid"
    WRITTEN_OFF = "written_off"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """One instalment of a signed contract. `paid` and `written_off` are what the ledger has for it."""

    uuid: UUID
    version: int = 0
    contract: UUID
    opportunity: UUID
    account: UUID
    owner: UUID | None
    team: UUID | None
    region: UUID | None
    sequence: int
    part: str
    display_name_zh: str
    display_name_en: str
    due_date: date
    amount: Money
    paid: Money
    written_off: Money
    cancelled: bool = False
    comment: str = ""
    create_time: datetime
    update_time: datetime

    @property
    def resource(self) -> str:
        """The resource name."""
        return f"instalments/{self.uuid}"

    @property
    def open(self) -> Money:
        """What is still to be paid."""
        return Money(minor=0, currency=self.amount.currency) if self.cancelled else self._rest

    @property
    def _rest(self) -> Money:
        return self.amount - self.paid - self.written_off

    def state(self, *, today: date) -> InstalmentState:
        """Where it stands on a business day."""
        if self.cancelled:
            return InstalmentState.CANCELLED
        if not self.open.minor:
            return InstalmentState.WRITTEN_OFF if self.written_off.minor else InstalmentState.PAID
        if self.due_date < today:
            return InstalmentState.OVERDUE
        if self.due_date == today:
            return InstalmentState.DUE
        return InstalmentState.PARTLY_PAID if self.paid.minor else InstalmentState.PLANNED

    def pay(self, amount: Money, *, now: datetime) -> Change["Instalment"]:
        """Take money of a receipt. Raises AllocationTooLarge, InstalmentNotOpen and AmountNotPositive."""
        check_positive(amount)
        self._must_be_open()
        if amount.minor > self.open.minor:
            raise AllocationTooLarge(instalment=self.resource, open=self.open.written())
        return Change(replace(self, paid=self.paid + amount, update_time=now), (InstalmentPaid(),))

    def give_back(self, amount: Money, *, now: datetime) -> Change["Instalment"]:
        """Return money of a receipt: its allocation is taken back. Raises AllocationTooLarge."""
        check_positive(amount)
        if amount.minor > self.paid.minor:
            raise AllocationTooLarge(instalment=self.resource, open=self.paid.written())
        return Change(replace(self, paid=self.paid - amount, update_time=now), (InstalmentPaid(),))

    def write_off(self, *, comment: str, now: datetime) -> Change["Instalment"]:
        """Give up what is left of it. Raises InstalmentNotOpen."""
        self._must_be_open()
        after = replace(self, written_off=self.written_off + self.open, comment=comment, update_time=now)
        return Change(after, (InstalmentWrittenOff(),))

    def recover(self, *, comment: str, now: datetime) -> Change["Instalment"]:
        """What was given up is owed again (坏账收回). Raises InstalmentNotWrittenOff."""
        if not self.written_off.minor:
            raise InstalmentNotWrittenOff(instalment=self.resource)
        nothing = Money(minor=0, currency=self.amount.currency)
        return Change(replace(self, written_off=nothing, comment=comment, update_time=now), (InstalmentChanged(),))

    def reschedule(self, *, due_date: date, comment: str, now: datetime) -> Change["Instalment"]:
        """What is open of it is due on another day; the same day is no event. Raises InstalmentNotOpen."""
        self._must_be_open()
        if due_date == self.due_date:
            return Change(self, ())
        after = replace(self, due_date=due_date, comment=comment, update_time=now)
        return Change(after, (InstalmentChanged(),))

    def handed_over(
        self, *, owner: UUID | None, team: UUID | None, region: UUID | None, now: datetime
    ) -> Change["Instalment"]:
        """Follow its contract to another owner; the same owner is no event."""
        after = replace(self, owner=owner, team=team, region=region)
        return Change(self, ()) if after == self else Change(replace(after, update_time=now), (InstalmentChanged(),))

    @property
    def is_untouched(self) -> bool:
        """Whether it is owed whole: nothing was paid, given up or cancelled."""
        return self.open.minor == self.amount.minor > 0

    def cancel(self, *, now: datetime) -> Change["Instalment"]:
        """Take it out of the plan. Raises InstalmentNotOpen and InstalmentTouched."""
        self._must_be_open()
        self._must_be_untouched()
        return Change(replace(self, cancelled=True, update_time=now), (InstalmentCancelled(),))

    def _must_be_open(self) -> None:
        if not self.open.minor:
            raise InstalmentNotOpen(instalment=self.resource)

    def _must_be_untouched(self) -> None:
        if self.paid.minor or self.written_off.minor:
            raise InstalmentTouched(instalment=self.resource)


def plan_instalment(instalment: Instalment) -> Change[Instalment]:
    """Enter it into the plan of its contract."""
    return Change(instalment, (InstalmentPlanned(),))


def check_positive(amount: Money, *, field: str = "amount") -> None:
    """Raise AmountNotPositive for nothing and less in a field of the request."""
    if amount.minor <= 0:
        raise AmountNotPositive(field=field)


@dataclass(frozen=True, slots=True)
class InstalmentPlanned:
    """It entered the plan of its contract."""


@dataclass(frozen=True, slots=True)
class InstalmentChanged:
    """Its day, amount or owner changed."""


@dataclass(frozen=True, slots=True)
class InstalmentPaid:
    """Money was allocated to it, or taken back."""


@dataclass(frozen=True, slots=True)
class InstalmentWrittenOff:
    """What was left of it was given up."""


@dataclass(frozen=True, slots=True)
class InstalmentCancelled:
    """It was taken out of the plan."""


@dataclass(eq=False, kw_only=True)
class InstalmentNotFound(Refusal):
    """There is no such instalment, or the caller may not see it."""

    kind = Kind.NOT_FOUND
    reason = "INSTALMENT_NOT_FOUND"

    instalment: str


@dataclass(eq=False, kw_only=True)
class InstalmentNotOpen(Refusal):
    """Nothing of it is left to be paid."""

    kind = Kind.RULE_VIOLATION
    reason = "INSTALMENT_NOT_OPEN"

    instalment: str


@dataclass(eq=False, kw_only=True)
class InstalmentNotWrittenOff(Refusal):
    """Nothing of it was given up."""

    kind = Kind.RULE_VIOLATION
    reason = "INSTALMENT_NOT_WRITTEN_OFF"

    instalment: str


@dataclass(eq=False, kw_only=True)
class InstalmentTouched(Refusal):
    """Something of it was paid or given up: only what is untouched may be planned anew."""

    kind = Kind.RULE_VIOLATION
    reason = "INSTALMENT_TOUCHED"

    instalment: str


@dataclass(eq=False, kw_only=True)
class AllocationTooLarge(Refusal):
    """More is allocated to it, or taken back, than there is (in minor units)."""

    kind = Kind.RULE_VIOLATION
    reason = "ALLOCATION_TOO_LARGE"

    instalment: str
    open: str


@dataclass(eq=False, kw_only=True)
class AmountNotPositive(InvalidField):
    """The amount is nothing, or less."""

    reason = "AMOUNT_NOT_POSITIVE"

    field: str = "amount"
