"""The statement of account (对账单): what a customer owed, what was added and what he paid, by the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kernel.errors import Kind, Refusal
from kernel.money import Money
from services.contracts.domain.ledger import Movement

_MOST_DAYS = 400
MOST_ENTRIES = 2000


@dataclass(eq=False, kw_only=True)
class StatementDaysWrong(Refusal):
    """The last day lies before the first, or more than 400 days after it."""

    kind = Kind.INVALID_INPUT
    reason = "ACCOUNT_STATEMENT_DAYS_WRONG"

    field: str = "end_date"


@dataclass(eq=False, kw_only=True)
class StatementTooLong(Refusal):
    """More moved in those days than one statement holds."""

    kind = Kind.INVALID_INPUT
    reason = "ACCOUNT_STATEMENT_TOO_LONG"

    most: int = MOST_ENTRIES
    field: str = "end_date"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What a movement of the ledger changed for a customer: above nothing he owes more, below less.

    `day` is that of the entry in the books; `contract` a number, `reference` the bank's of money that arrived.
    """

    day: date
    movement: Movement
    change: Money
    contract: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementEntry:
    """A movement with what the customer owes after it; below nothing, what he has paid too much."""

    moved: Moved
    balance: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStatement:
    """What a customer owed before a period, what moved in it, and what he owes after it, in one currency."""

    account: UUID
    start: date
    end: date
    opening: Money
    entries: tuple[StatementEntry, ...]

    @property
    def closing(self) -> Money:
        """What he owes at the end of the last day: the opening balance of the next period."""
        return self.entries[-1].balance if self.entries else self.opening


def check_statement_days(start: date, end: date) -> None:
    """Raise StatementDaysWrong where the last day lies before the first, or far after it."""
    if not 0 <= (end - start).days <= _MOST_DAYS:
        raise StatementDaysWrong


def account_statement(
    account: UUID, *, start: date, end: date, opening: Money, moved: Sequence[Moved]
) -> AccountStatement:
    """Carry the balance from entry to entry; raises StatementTooLong."""
    if len(moved) > MOST_ENTRIES:
        raise StatementTooLong
    entries, balance = [], opening
    for each in moved:
        balance += each.change
        entries.append(StatementEntry(moved=each, balance=balance))
    return AccountStatement(account=account, start=start, end=end, opening=opening, entries=tuple(entries))
