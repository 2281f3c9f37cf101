"""A closing date that is put off counts as put off, in however many steps it is said."""

from dataclasses import replace
from datetime import date

from services.pipeline.domain.opportunity import Opportunity
from tests.support.clock import NOON
from tests.unit.pipeline.opportunities import an_opportunity


def closing(opportunity: Opportunity, *days: date | None) -> Opportunity:
    """The opportunity after each of the days was said."""
    for day in days:
        facts = replace(opportunity.facts, expected_close_date=day)
        opportunity = opportunity.updated(facts=facts, now=NOON).aggregate
    return opportunity


def test_a_later_day_is_put_off_and_an_earlier_one_is_not() -> None:
    assert closing(an_opportunity(), date(2026, 7, 1)).postponements == 1
    assert closing(an_opportunity(), date(2026, 6, 29)).postponements == 0


def test_a_later_day_over_none_at_all_is_put_off() -> None:
    assert closing(an_opportunity(), None).postponements == 0
    assert closing(an_opportunity(), None, date(2026, 9, 30)).postponements == 1
    assert closing(an_opportunity(), date(2026, 9, 28), None, date(2027, 1, 6)).postponements == 2


def test_the_same_day_said_again_is_not_put_off() -> None:
    assert closing(an_opportunity(), None, date(2026, 6, 30)).postponements == 0


def test_what_changes_beside_the_day_puts_nothing_off() -> None:
    opportunity = an_opportunity()
    facts = replace(opportunity.facts, need="五百个坐席")
    assert opportunity.updated(facts=facts, now=NOON).aggregate.postponements == 0


def test_the_first_day_that_is_ever_said_is_not_put_off() -> None:
    silent = an_opportunity()
    silent = replace(silent, facts=replace(silent.facts, expected_close_date=None))
    assert closing(silent, date(2026, 9, 30)).postponements == 0
