"""Every movement of money balances, and an instalment's state follows from what was paid and the day (C-08, G17)."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.money import Money
from services.contracts.domain.instalment import (
    AllocationTooLarge,
    Instalment,
    InstalmentNotOpen,
    InstalmentState,
    InstalmentTouched,
)
from services.contracts.domain.ledger import (
    Concerning,
    LedgerAccount,
    LedgerEntry,
    LedgerTransaction,
    LedgerUnbalanced,
    Movement,
    balances,
    move,
)

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
DUE, BEFORE, AFTER = date(2026, 3, 2), date(2026, 3, 1), date(2026, 3, 3)


def an_instalment(*, amount: int = 1000, paid: int = 0, written_off: int = 0) -> Instalment:
    return Instalment(
        uuid=UUID(int=1),
        contract=UUID(int=2),
        opportunity=UUID(int=3),
        account=UUID(int=4),
        owner=None,
        team=None,
        region=None,
        sequence=1,
        part="advance",
        display_name_zh="预付款",
        display_name_en="Advance",
        due_date=DUE,
        amount=Money(minor=amount),
        paid=Money(minor=paid),
        written_off=Money(minor=written_off),
        create_time=NOW,
        update_time=NOW,
    )


@pytest.mark.parametrize(
    ("paid", "written_off", "today", "state"),
    [
        (0, 0, BEFORE, InstalmentState.PLANNED),
        (0, 0, DUE, InstalmentState.DUE),
        (0, 0, AFTER, InstalmentState.OVERDUE),
        (400, 0, BEFORE, InstalmentState.PARTLY_PAID),
        (400, 0, AFTER, InstalmentState.OVERDUE),
        (1000, 0, AFTER, InstalmentState.PAID),
        (400, 600, AFTER, InstalmentState.WRITTEN_OFF),
    ],
)
def test_the_state_follows_from_the_payments_and_the_day(
    paid: int, written_off: int, today: date, state: InstalmentState
) -> None:
    assert an_instalment(paid=paid, written_off=written_off).state(today=today) is state


def test_no_more_is_paid_than_is_open_and_no_more_given_back_than_was_paid() -> None:
    instalment = an_instalment(paid=400)
    assert instalment.pay(Money(minor=600), now=NOW).aggregate.open == Money(minor=0)
    with pytest.raises(AllocationTooLarge):
        instalment.pay(Money(minor=601), now=NOW)
    with pytest.raises(AllocationTooLarge):
        instalment.give_back(Money(minor=401), now=NOW)


def test_what_was_paid_in_part_is_not_planned_anew() -> None:
    with pytest.raises(InstalmentTouched):
        an_instalment(paid=1).cancel(now=NOW)
    with pytest.raises(InstalmentNotOpen):
        an_instalment(paid=1000).write_off(comment="客户破产", now=NOW)
    cancelled = an_instalment().cancel(now=NOW).aggregate
    assert (cancelled.open.minor, cancelled.state(today=AFTER)) == (0, InstalmentState.CANCELLED)


@given(st.sampled_from(Movement), st.integers(1, 10**15), st.sampled_from(["JPY", "CNY", "KWD"]), st.booleans())
def test_every_movement_balances(movement: Movement, minor: int, currency: str, by_bill: bool) -> None:
    made = move(
        movement,
        Money(minor=minor, currency=currency),
        uuid=UUID(int=9),
        about=Concerning(),
        actor="members/x",
        now=NOW,
        by_bill=by_bill,
    )
    assert balances(made.entries) == {currency: 0}
    assert len({entry.account for entry in made.entries}) == 2


def test_a_bill_is_no_cash_until_it_matures() -> None:
    bill = move(
        Movement.RECEIPT, Money(minor=5), uuid=UUID(int=9), about=Concerning(), actor="x", now=NOW, by_bill=True
    )
    assert [entry.account for entry in bill.entries] == [LedgerAccount.BILLS, LedgerAccount.UNALLOCATED]
    matured = move(
        Movement.MATURE, Money(minor=5), uuid=UUID(int=9), about=Concerning(), actor="x", now=NOW, by_bill=True
    )
    assert [entry.account for entry in matured.entries] == [LedgerAccount.CASH, LedgerAccount.BILLS]


def test_a_transaction_that_does_not_balance_cannot_be_made() -> None:
    lonely = LedgerEntry(account=LedgerAccount.CASH, currency="CNY", debit_minor=1, about=Concerning())
    with pytest.raises(LedgerUnbalanced):
        LedgerTransaction(uuid=UUID(int=9), movement=Movement.RECEIPT, time=NOW, actor="x", entries=(lonely,))
