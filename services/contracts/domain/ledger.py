"""The ledger (账): every movement of money as a transaction of entries that balance, written once and never changed.

Debit is what comes in or is owed to the company, credit where it comes from (复式记账):

    plan          receivable          ← contracted            an instalment is planned
    cancel        contracted          ← receivable            it is taken out of the plan, or its amount falls
    receipt       cash or bills       ← unallocated           money arrives
    allocate      unallocated         ← receivable            it pays an instalment
    unallocate    receivable          ← unallocated           it does not after all
    write_off     written_off         ← receivable            what is left is given up
    refund        unallocated         ← cash                  money is paid back
    reverse       unallocated         ← cash or bills         a receipt was a mistake, or its bill is not honoured
    mature        cash                ← bills                 a bill (承兑汇票) is paid
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from kernel.money import Money


class LedgerAccount(Enum):
    """Where an amount stands."""

    RECEIVABLE = "receivable"
    CONTRACTED = "contracted"
    CASH = "cash"
    BILLS = "bills"
    UNALLOCATED = "unallocated"
    WRITTEN_OFF = "written_off"


class Movement(Enum):
    """Why money moves."""

    PLAN = "plan"
    CANCEL = "cancel"
    RECEIPT = "receipt"
    ALLOCATE = "allocate"
    UNALLOCATE = "unallocate"
    WRITE_OFF = "write_off"
    RECOVER = "recover"
    REFUND = "refund"
    REVERSE = "reverse"
    MATURE = "mature"


_A, _M = LedgerAccount, Movement
# Debit and credit of each movement; a receipt by bill has bills in the place of cash.
SIDES: Mapping[Movement, tuple[LedgerAccount, LedgerAccount]] = {
    _M.PLAN: (_A.RECEIVABLE, _A.CONTRACTED),
    _M.CANCEL: (_A.CONTRACTED, _A.RECEIVABLE),
    _M.RECEIPT: (_A.CASH, _A.UNALLOCATED),
    _M.ALLOCATE: (_A.UNALLOCATED, _A.RECEIVABLE),
    _M.UNALLOCATE: (_A.RECEIVABLE, _A.UNALLOCATED),
    _M.WRITE_OFF: (_A.WRITTEN_OFF, _A.RECEIVABLE),
    _M.RECOVER: (_A.RECEIVABLE, _A.WRITTEN_OFF),
    _M.REFUND: (_A.UNALLOCATED, _A.CASH),
    _M.REVERSE: (_A.UNALLOCATED, _A.CASH),
    _M.MATURE: (_A.CASH, _A.BILLS),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Concerning:
    """What an entry is about; None where it is about nothing of the kind."""

    contract: UUID | None = None
    instalment: UUID | None = None
    receipt: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One side of a transaction: exactly one of debit and credit is above zero, in minor units."""

    account: LedgerAccount
    currency: str
    debit_minor: int = 0
    credit_minor: int = 0
    about: Concerning


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerTransaction:
    """A movement of money with its entries, which balance in each currency."""

    uuid: UUID
    movement: Movement
    time: datetime
    actor: str
    entries: tuple[LedgerEntry, ...]

    def __post_init__(self) -> None:
        if not self.entries or any(balances(self.entries).values()):
            raise LedgerUnbalanced(f"{self.movement.value} {balances(self.entries)}")


class LedgerUnbalanced(ArithmeticError):  # noqa: N818 - a defect of ours: no caller can cause it
    """The entries of a transaction do not add up to nothing."""


def move(
    movement: Movement,
    amount: Money,
    *,
    uuid: UUID,
    about: Concerning,
    actor: str,
    now: datetime,
    by_bill: bool = False,
) -> LedgerTransaction:
    """The transaction of a movement; `by_bill` where the money is a bill that has not matured."""
    debit, credit = SIDES[movement]
    if by_bill and movement is not Movement.MATURE:
        debit, credit = _of_bill(debit), _of_bill(credit)
    return LedgerTransaction(
        uuid=uuid,
        movement=movement,
        time=now,
        actor=actor,
        entries=(
            LedgerEntry(account=debit, currency=amount.currency, debit_minor=amount.minor, about=about),
            LedgerEntry(account=credit, currency=amount.currency, credit_minor=amount.minor, about=about),
        ),
    )


def balances(entries: tuple[LedgerEntry, ...]) -> dict[str, int]:
    """Debit less credit by currency."""
    found: defaultdict[str, int] = defaultdict(int)
    for entry in entries:
        found[entry.currency] += entry.debit_minor - entry.credit_minor
    return dict(found)


def _of_bill(side: LedgerAccount) -> LedgerAccount:
    return LedgerAccount.BILLS if side is LedgerAccount.CASH else side
