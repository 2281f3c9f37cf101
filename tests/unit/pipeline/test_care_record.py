"""How much a person of a customer may be given (礼品), and how a wrong entry of the gift log is put right."""

from datetime import UTC, date, datetime
from pathlib import Path
from tomllib import loads
from uuid import UUID

import pytest

from kernel.money import Money
from services.pipeline.domain.care_record import (
    CareCurrencyOther,
    CareDayAhead,
    CareFacts,
    CareKind,
    CareLimitReached,
    CareRecord,
    CareRecordCorrected,
    CareRecordStruckOut,
    CareRules,
    create_care_record,
)
from services.pipeline.domain.erasing_care import erase_care_record
from tests.unit.pipeline.shipped import SHIPPED
from trade.rule_body import RuleBodyInvalid

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
CHEN = UUID(int=31)


def yuan(units: str) -> Money:
    return Money(minor=int(units.replace(".", "")))


def rules() -> CareRules:
    return CareRules.from_mapping(loads(Path(SHIPPED / "care.toml").read_text(encoding="utf-8")))


def a_record(**told: object) -> CareRecord:
    facts = CareFacts(**{"kind": CareKind.GIFT, "day": date(2026, 3, 2), "worth": yuan("120.00"), **told})  # type: ignore[arg-type]  # as the test says
    return create_care_record(
        uuid=UUID(int=41), account=UUID(int=11), contact=CHEN, facts=facts, member=UUID(int=1), now=NOON
    ).aggregate


def test_the_house_gives_a_person_five_hundred_yuan_a_year_as_shipped() -> None:
    assert rules().yearly_limit == yuan("500.00")


def fits(worth: str) -> bool:
    """Whether a gift of this worth may be given beside three hundred yuan."""
    try:
        rules().check_limit(yuan(worth), given=yuan("300.00"), contact=CHEN, year=2026)
    except CareLimitReached:
        return False
    return True


def test_exactly_the_limit_passes() -> None:
    assert fits("200.00")
    assert not fits("200.01")


def test_a_cent_over_the_limit_is_refused_with_the_sum_so_far() -> None:
    with pytest.raises(CareLimitReached) as refusal:
        rules().check_limit(yuan("200.01"), given=yuan("300.00"), contact=CHEN, year=2026)
    assert refusal.value.metadata() == {
        "contact": f"contacts/{CHEN}",
        "year": "2026",
        "given": "300.00",
        "limit": "500.00",
        "currency": "CNY",
    }


def test_worth_in_another_currency_is_refused_and_what_costs_nothing_needs_none() -> None:
    rules().check_currency(None)
    with pytest.raises(CareCurrencyOther):
        rules().check_currency(Money(minor=100, currency="USD"))


@pytest.mark.parametrize("wrong", [{"yearly_limit": -1}, {"currency": "CNX"}, {"monthly_limit": 5}])
def test_a_wrong_rule_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(RuleBodyInvalid):
        CareRules.from_mapping({"gifts": {"yearly_limit": 500, "currency": "CNY", **wrong}})


def test_what_is_to_come_has_not_been_given() -> None:
    with pytest.raises(CareDayAhead):
        a_record(day=date(2026, 3, 3)).facts.check_day(today=date(2026, 3, 2))


def test_a_wrong_entry_is_struck_out_once_and_says_why() -> None:
    struck = a_record().struck_out(reason="金额填错", now=NOON)
    assert struck.events == (CareRecordStruckOut(),)
    assert struck.aggregate.correction is not None
    assert struck.aggregate.correction.reason == "金额填错"
    with pytest.raises(CareRecordCorrected):
        struck.aggregate.struck_out(reason="又错", now=NOON)


def test_an_erased_entry_keeps_what_it_was_worth_and_loses_its_words() -> None:
    struck = a_record(note="爱喝龙井").struck_out(reason="陈先生退回", now=NOON).aggregate
    erased = erase_care_record(struck).aggregate
    assert (erased.facts.note, erased.facts.worth) == ("", yuan("120.00"))
    assert erased.correction is not None
    assert (erased.correction.reason, erased.correction.time) == ("", NOON)
    assert erase_care_record(erased).events == ()
