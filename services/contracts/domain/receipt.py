"""The receipt (到款): money that arrived, whose it is, and how much of it is used. The ledger explains each amount."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from uuid import UUID

from kernel.events import Change
from kernel.money import Money
from services.contracts.domain.instalment import check_positive
from services.contracts.domain.receipt_refusals import (
    ReceiptBillNotPaid,
    ReceiptClaimedAlready,
    ReceiptDateAhead,
    ReceiptExhausted,
    ReceiptInUse,
    ReceiptMaturityWrong,
    ReceiptNotClaimed,
    ReceiptRefundedAlready,
    ReceiptReversedAlready,
    ReceiptUnidentified,
)


class ReceiptMethod(Enum):
    """How money arrives."""

    TRANSFER = "transfer"
    BILL = "bill"
    OTHER = "other"


class ReceiptState(Enum):
    """How far a receipt is dealt with; derived, never typed in."""

    UNIDENTIFIED = "unidentified"
    CLAIMED = "claimed"
    OPEN = "open"
    USED = "used"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """The customer who paid, and who answers for him, as the contract has it that was paid."""

    contract: UUID
    account: UUID
    owner: UUID | None
    team: UUID | None
    region: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptClaim:
    """That a receipt pays a contract, as somebody says (到款认领)."""

    contract: UUID
    claimer: str
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Money that arrived. `payer_name` and `remark` are the bank's words, `payer` is whom we know."""

    uuid: UUID
    version: int = 0
    external_reference: str
    method: ReceiptMethod
    receive_date: date
    maturity_date: date | None = None
    amount: Money
    allocated: Money
    refunded: Money
    payer_name: str = ""
    remark: str = ""
    payer: Payer | None = None
    claim: ReceiptClaim | None = None
    comment: str = ""
    mature_time: datetime | None = None
    reverse_time: datetime | None = None
    create_time: datetime
    update_time: datetime

    @property
    def resource(self) -> str:
        """The resource name."""
        return f"receipts/{self.uuid}"

    @property
    def left(self) -> Money:
        """What is neither allocated nor paid back: it stays to the customer's credit."""
        rest = self.amount - self.allocated - self.refunded
        return Money(minor=0, currency=rest.currency) if self.reverse_time else rest

    @property
    def by_bill(self) -> bool:
        """Whether it is a bill (承兑汇票) still, and not cash."""
        return self.method is ReceiptMethod.BILL and self.mature_time is None

    @property
    def state(self) -> ReceiptState:
        """How far it is dealt with."""
        if self.reverse_time:
            return ReceiptState.REVERSED
        if self.payer is None:
            return ReceiptState.CLAIMED if self.claim else ReceiptState.UNIDENTIFIED
        return ReceiptState.OPEN if self.left.minor else ReceiptState.USED

    def tells_the_same(self, other: "Receipt") -> bool:
        """Whether both are the same money as the bank has it, whatever became of it here."""
        mine, others = (
            (each.external_reference, each.method, each.receive_date, each.maturity_date, each.amount)
            for each in (self, other)
        )
        return mine == others

    def allocate(self, amount: Money, *, now: datetime) -> Change["Receipt"]:
        """Use some of it. Raises ReceiptUnidentified, ReceiptReversedAlready, ReceiptExhausted, AmountNotPositive."""
        self.must_be_usable()
        self._must_have(amount)
        return Change(replace(self, allocated=self.allocated + amount, update_time=now), (ReceiptAllocated(),))

    def unallocate(self, amount: Money, *, now: datetime) -> Change["Receipt"]:
        """Have some of it back, of what it paid. Raises AmountNotPositive."""
        check_positive(amount)
        return Change(replace(self, allocated=self.allocated - amount, update_time=now), (ReceiptUnallocated(),))

    def refund(self, amount: Money, *, now: datetime) -> Change["Receipt"]:
        """Pay some of it back.

        Raises ReceiptReversedAlready, ReceiptExhausted, ReceiptBillNotPaid, AmountNotPositive.
        """
        self._must_stand()
        if self.by_bill:
            raise ReceiptBillNotPaid(receipt=self.resource)
        self._must_have(amount)
        return Change(replace(self, refunded=self.refunded + amount, update_time=now), (ReceiptRefunded(),))

    def reverse(self, *, comment: str, now: datetime) -> Change["Receipt"]:
        """Take it back whole; what it paid is freed with it. Raises ReceiptReversedAlready, ReceiptRefundedAlready."""
        self._must_stand()
        if self.refunded.minor:
            raise ReceiptRefundedAlready(receipt=self.resource)
        nothing = Money(minor=0, currency=self.amount.currency)
        after = replace(self, allocated=nothing, claim=None, comment=comment, reverse_time=now, update_time=now)
        return Change(after, (ReceiptReversed(),))

    def mature(self, *, now: datetime) -> Change["Receipt"]:
        """Its bill is paid: it is cash now. Raises ReceiptReversedAlready."""
        self._must_stand()
        return Change(replace(self, mature_time=now, update_time=now), (ReceiptMatured(),))

    def claimed(self, claim: ReceiptClaim) -> Change["Receipt"]:
        """Keep what somebody says, until finance answers. Raises ReceiptReversedAlready, ReceiptClaimedAlready."""
        self._must_stand()
        if self.claim is not None or self.payer is not None:
            raise ReceiptClaimedAlready(receipt=self.resource)
        return Change(replace(self, claim=claim, update_time=claim.time), (ReceiptClaimed(),))

    def reject_claim(self, *, comment: str, now: datetime) -> Change["Receipt"]:
        """Do not agree with what was said. Raises ReceiptNotClaimed."""
        self.must_be_claimed()
        return Change(replace(self, claim=None, comment=comment, update_time=now), (ReceiptClaimRejected(),))

    def must_be_claimed(self) -> ReceiptClaim:
        """The claim that waits; raises ReceiptNotClaimed."""
        if self.claim is None or self.payer is not None:
            raise ReceiptNotClaimed(receipt=self.resource)
        return self.claim

    def identify(self, payer: Payer, *, now: datetime) -> Change["Receipt"]:
        """Know whose money it is; the claim, if there is one, stays as the history of that.

        Raises ReceiptReversedAlready, ReceiptInUse.
        """
        self._must_stand()
        # What was paid back says nothing of whose the rest is.
        if self.allocated.minor:
            raise ReceiptInUse(receipt=self.resource)
        return Change(replace(self, payer=payer, update_time=now), (ReceiptIdentified(),))

    def handed_over(
        self, *, owner: UUID | None, team: UUID | None, region: UUID | None, now: datetime
    ) -> Change["Receipt"]:
        """Follow the contract it paid to another owner; the same owner is no event."""
        if self.payer is None:
            return Change(self, ())
        payer = replace(self.payer, owner=owner, team=team, region=region)
        if payer == self.payer:
            return Change(self, ())
        return Change(replace(self, payer=payer, update_time=now), (ReceiptIdentified(),))

    def must_be_usable(self) -> Payer:
        """Whose money it is; raises ReceiptUnidentified and ReceiptReversedAlready."""
        self._must_stand()
        if self.payer is None:
            raise ReceiptUnidentified(receipt=self.resource)
        return self.payer

    def _must_stand(self) -> None:
        if self.reverse_time:
            raise ReceiptReversedAlready(receipt=self.resource)

    def _must_have(self, amount: Money) -> None:
        check_positive(amount)
        if amount.minor > self.left.minor:
            raise ReceiptExhausted(receipt=self.resource, left=self.left.written())


def book(receipt: Receipt, *, today: date) -> Change[Receipt]:
    """Money arrived. Raises AmountNotPositive, ReceiptMaturityWrong, ReceiptDateAhead."""
    check_positive(receipt.amount, field="receipt.amount")
    if receipt.receive_date > today:
        raise ReceiptDateAhead
    bill, day = receipt.method is ReceiptMethod.BILL, receipt.maturity_date
    if bill is not (day is not None) or (day is not None and day < receipt.receive_date):
        raise ReceiptMaturityWrong
    return Change(receipt, (ReceiptBooked(),))


@dataclass(frozen=True, slots=True)
class ReceiptBooked:
    """Money arrived and was booked."""


@dataclass(frozen=True, slots=True)
class ReceiptAllocated:
    """Some of it pays instalments."""


@dataclass(frozen=True, slots=True)
class ReceiptUnallocated:
    """Some of it pays an instalment no more."""


@dataclass(frozen=True, slots=True)
class ReceiptRefunded:
    """Some of it was paid back."""


@dataclass(frozen=True, slots=True)
class ReceiptReversed:
    """It was taken back whole."""


@dataclass(frozen=True, slots=True)
class ReceiptMatured:
    """Its bill was paid."""


@dataclass(frozen=True, slots=True)
class ReceiptClaimed:
    """Somebody says whose money it is."""


@dataclass(frozen=True, slots=True)
class ReceiptClaimRejected:
    """Finance did not agree."""


@dataclass(frozen=True, slots=True)
class ReceiptIdentified:
    """It is known whose money it is."""
