"""What is started once is shared on one worker."""

import pytest

from tests.support.grouping import room_of


@pytest.mark.parametrize(
    ("test", "room"),
    [
        ("tests/e2e/test_up.py::test_a", "tests/e2e/test_up.py"),
        ("tests/e2e/life/test_person_erased.py::test_a", "tests/e2e/life"),
        ("tests/e2e/test_febrl.py::test_a[1]", "tests/e2e/test_febrl.py::test_a[1]"),
        ("tests/browser/test_manual.py::test_a", "browser"),
        ("tests/browser/test_landing_page.py::test_a", "browser"),
        ("tests/faults/test_races.py::test_a", "faults"),
        ("tests/e2e/test_refusals.py::test_a", "looked at"),
        ("tests/e2e/test_aggregates.py::test_a", "looked at"),
        ("tests/architecture/test_texts.py::test_a", "architecture"),
        ("tests/unit/kernel/test_money.py::test_a", "tests/unit/kernel/test_money.py"),
        ("tests/integration/leads/test_sight.py::test_a[x::y]", "tests/integration/leads/test_sight.py::test_a[x::y]"),
    ],
)
def test_a_test_stays_with_those_that_share_what_was_started(test: str, room: str) -> None:
    assert room_of(test) == room
