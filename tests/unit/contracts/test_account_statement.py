"""A statement of account carries the balance from movement to movement, and from period to period."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.money import Money
from services.contracts.application.contract_desk import labels_of
from services.contracts.domain.account_statement import (
    MOST_ENTRIES,
    AccountStatement,
    Moved,
    StatementDaysWrong,
    StatementTooLong,
    account_statement,
    check_statement_days,
)
from services.contracts.domain.ledger import Movement
from services.contracts.domain.statement_paper import statement_paper
from tests.support.clock import NOON

MARCH = (date(2026, 3, 1), date(2026, 3, 31))


def moved(minor: int, movement: Movement = Movement.PLAN, **told: str) -> Moved:
    return Moved(day=MARCH[0], movement=movement, change=Money(minor=minor), **told)


def stated(*changes: Moved, opening: int = 0) -> AccountStatement:
    start, end = MARCH
    return account_statement(UUID(int=9), start=start, end=end, opening=Money(minor=opening), moved=changes)


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(-(10**9), 10**9), max_size=20))
def test_what_he_owes_after_it_is_what_he_owed_and_everything_that_moved(opening: int, changes: list[int]) -> None:
    statement = stated(*(moved(each) for each in changes), opening=opening)
    assert statement.closing.minor == opening + sum(changes)
    assert [entry.balance.minor for entry in statement.entries] == [
        opening + sum(changes[: place + 1]) for place in range(len(changes))
    ]


def test_a_period_ends_after_it_began_and_holds_so_many_movements() -> None:
    with pytest.raises(StatementDaysWrong):
        check_statement_days(date(2026, 3, 2), date(2026, 3, 1))
    with pytest.raises(StatementDaysWrong):
        check_statement_days(date(2025, 1, 1), date(2026, 3, 1))
    with pytest.raises(StatementTooLong):
        stated(*[moved(1)] * (MOST_ENTRIES + 1))


def test_on_paper_what_is_added_and_what_is_paid_stand_in_columns_of_their_own() -> None:
    paid = moved(-150_000, Movement.RECEIPT, reference="ICBC-0001")
    statement = stated(moved(100_000, contract="HT-2026-000001"), paid, opening=20_000)
    told = {
        language: statement_paper(
            statement, buyer="杭州云帆", company="渠成", language=language, labels=labels_of(language), now=NOON
        )
        for language in ("zh", "en")
    }
    chinese = told["zh"]
    assert chinese.table is not None
    assert chinese.table.rows == (
        ("2026-03-01", "应收", "HT-2026-000001", "1,000.00", "", "1,200.00"),
        ("2026-03-01", "到款", "ICBC-0001", "", "1,500.00", "-300.00"),
    )
    assert (chinese.facts[-1], chinese.totals) == (("期初余额", "CNY 200.00"), (("期末余额", "CNY -300.00"),))
    assert told["en"].title == "Statement of account"


def test_every_movement_has_its_words() -> None:
    for language in ("zh", "en"):
        assert {f"movement_{each.value}" for each in Movement} <= set(labels_of(language))
