"""A reconciliation answers no more than a person can read, and says when there is more."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from kernel.money import Money
from services.contracts.domain.receipt import Receipt, ReceiptMethod
from services.contracts.domain.reconciliation import MOST_BESIDES, DifferenceKind, reconcile

NOW = datetime(2026, 3, 9, 4, tzinfo=UTC)


def received(number: int) -> Receipt:
    nothing = Money(minor=0)
    return Receipt(
        uuid=uuid4(),
        external_reference=f"ICBC-{number}",
        method=ReceiptMethod.TRANSFER,
        receive_date=date(2026, 3, 2),
        amount=Money(minor=100),
        allocated=nothing,
        refunded=nothing,
        create_time=NOW,
        update_time=NOW,
    )


@pytest.mark.parametrize(("unstated", "told", "more"), [(MOST_BESIDES, 2000, False), (MOST_BESIDES + 1, 2000, True)])
def test_of_what_no_line_states_so_many_are_told_and_whether_there_are_more(
    unstated: int, told: int, more: bool
) -> None:
    found = reconcile([], {}, besides=[received(number) for number in range(unstated)])
    assert [each.kind for each in found.differences] == [DifferenceKind.MISSING_THERE] * told
    assert found.more == more
