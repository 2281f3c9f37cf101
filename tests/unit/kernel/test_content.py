"""The same content has the same digest, other content another."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from kernel.content import content_hash


def test_the_order_of_keys_and_sets_does_not_count() -> None:
    one = {"need": "分销系统", "tags": frozenset({"a", "b"}), "rate": Decimal("0.15")}
    other = {"rate": Decimal("0.15"), "tags": frozenset({"b", "a"}), "need": "分销系统"}
    assert content_hash(one) == content_hash(other)
    assert len(content_hash(one)) == 32


@pytest.mark.parametrize(
    "other",
    [
        {"need": "分销系统", "lines": [2, 1], "owner": UUID(int=1), "day": date(2026, 3, 2)},
        {"need": "分销系统", "lines": [1, 2], "owner": UUID(int=2), "day": date(2026, 3, 2)},
        {"need": "分销系统", "lines": [1, 2], "owner": None, "day": date(2026, 3, 2)},
        {"need": "分销系统", "lines": [1, 2], "owner": UUID(int=1), "day": date(2026, 3, 3)},
        {"need": "", "lines": [1, 2], "owner": UUID(int=1), "day": date(2026, 3, 2)},
    ],
)
def test_every_value_and_the_order_of_lists_count(other: dict[str, object]) -> None:
    content = {"need": "分销系统", "lines": [1, 2], "owner": UUID(int=1), "day": date(2026, 3, 2)}
    assert content_hash(content) != content_hash(other)


def test_a_float_has_no_exact_text() -> None:
    with pytest.raises(TypeError):
        content_hash({"rate": 0.15})
