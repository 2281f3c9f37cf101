"""Targets: what sums up, what is weighed, and what was to be there by now (A-05)."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analytics.domain.targets import (
    Kpi,
    Subject,
    Target,
    TargetSeasonsWrong,
    TargetValueWrong,
    Value,
    by_subject,
    parent_of,
    set_target,
    together,
)
from tests.support.clock import NOON
from tests.support.selling import ANNA, EAST, HANGZHOU


def a_target(kpi: Kpi = Kpi.LEADS, value: Value | None = None, **given: object) -> Target:
    change = set_target(
        uuid=given.get("uuid", UUID(int=1)),  # type: ignore[arg-type]
        year=2026,
        kpi=kpi,
        subject=given.get("subject", Subject()),  # type: ignore[arg-type]
        value=value or Value(number=1200),
        month_percents=given.get("month_percents", ()),  # type: ignore[arg-type]
        now=NOON,
    )
    return change.aggregate


def test_counts_and_money_sum_to_the_parent_and_rates_are_re_weighted_never_summed() -> None:
    assert together(Kpi.LEADS, [Value(number=300), Value(number=200)]) == Value(number=500)
    money = [Value(number=30_000, currency="CNY"), Value(number=20_000, currency="CNY")]
    assert together(Kpi.SIGNED, money) == Value(number=50_000, currency="CNY")
    rates = [Value(number=300_000, weight=100), Value(number=200_000, weight=300)]
    assert together(Kpi.ORDER_RATE, rates) == Value(number=225_000, weight=400)


def test_amounts_of_two_currencies_are_no_sum() -> None:
    assert together(Kpi.SIGNED, [Value(number=1, currency="CNY"), Value(number=1, currency="USD")]) is None
    assert together(Kpi.SIGNED, []) is None


@given(st.lists(st.tuples(st.integers(0, 1_000_000), st.integers(1, 10_000)), min_size=1, max_size=8))
def test_a_re_weighted_rate_lies_between_the_rates_it_is_made_of(parts: list[tuple[int, int]]) -> None:
    found = together(Kpi.RETENTION, [Value(number=number, weight=weight) for number, weight in parts])
    assert found is not None
    assert min(number for number, _ in parts) <= found.number <= max(number for number, _ in parts)
    assert found.weight == sum(weight for _, weight in parts)


def test_yearly_targets_are_set_for_leads_order_rate_retention_and_money() -> None:
    assert a_target(Kpi.LEADS, Value(number=1200)).value.number == 1200
    assert a_target(Kpi.ORDER_RATE, Value(number=250_000, weight=80)).value.rate == Decimal("0.25")
    assert a_target(Kpi.RETENTION, Value(number=900_000, weight=40)).value.rate == Decimal("0.9")
    assert a_target(Kpi.SIGNED, Value(number=1, currency="CNY")).value.currency == "CNY"


@pytest.mark.parametrize(
    ("kpi", "value"),
    [
        (Kpi.LEADS, Value(number=1, currency="CNY")),
        (Kpi.LEADS, Value(number=1, weight=3)),
        (Kpi.SIGNED, Value(number=1)),
        (Kpi.ORDER_RATE, Value(number=250_000)),
        (Kpi.ORDER_RATE, Value(number=1_000_001, weight=1)),
    ],
)
def test_a_value_that_does_not_fit_is_refused(kpi: Kpi, value: Value) -> None:
    with pytest.raises(TargetValueWrong):
        a_target(kpi, value)


def test_without_seasons_every_month_is_to_bring_the_same() -> None:
    target = a_target()
    assert target.share_by(date(2026, 6, 30)) == Decimal("0.5")
    assert target.share_by(date(2026, 12, 31)) == 1
    assert (target.share_by(date(2025, 12, 31)), target.share_by(date(2027, 1, 1))) == (Decimal(0), Decimal(1))


def test_with_seasons_a_month_brings_its_part_day_by_day() -> None:
    target = a_target(month_percents=(20, 0, 10, 10, 5, 5, 5, 5, 10, 10, 10, 10))
    assert target.share_by(date(2026, 1, 31)) == Decimal("0.2")
    assert target.share_by(date(2026, 2, 28)) == Decimal("0.2")
    assert target.share_by(date(2026, 4, 15)) == Decimal("0.35")
    with pytest.raises(TargetSeasonsWrong):
        a_target(month_percents=(10,) * 12)


def test_the_target_above_is_of_the_nearest_team_the_region_or_the_company() -> None:
    company = a_target(uuid=UUID(int=1))
    region = a_target(uuid=UUID(int=2), subject=Subject(name=f"regions/{EAST}", region=EAST))
    team = a_target(uuid=UUID(int=3), subject=Subject(name=f"teams/{HANGZHOU}", team=HANGZHOU, region=EAST))
    anna = a_target(uuid=UUID(int=4), subject=Subject(name=f"members/{ANNA}", owner=ANNA, team=HANGZHOU, region=EAST))
    every = by_subject([company, region, team, anna])
    assert parent_of(anna, every, [HANGZHOU]) is team
    assert parent_of(anna, by_subject([company, region, anna]), [HANGZHOU]) is region
    assert parent_of(team, every, []) is region
    assert parent_of(region, every, []) is company
    assert parent_of(company, every, []) is None


def test_a_target_has_no_parent_in_another_currency() -> None:
    def signed(uuid: int, currency: str, subject: Subject) -> Target:
        return a_target(Kpi.SIGNED, Value(number=1, currency=currency), uuid=UUID(int=uuid), subject=subject)

    region, team = Subject(name=f"regions/{EAST}", region=EAST), Subject(name=f"teams/{HANGZHOU}", region=EAST)
    yuan, dollars, child = signed(1, "CNY", region), signed(2, "USD", region), signed(3, "CNY", team)
    for every in ([yuan, dollars, child], [dollars, yuan, child]):
        assert parent_of(child, by_subject(every), []) is yuan
    assert parent_of(child, by_subject([dollars, child]), []) is None
