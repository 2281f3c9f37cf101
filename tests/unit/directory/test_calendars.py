"""Work calendars: holidays, exchanged days, hours."""

from datetime import date

import pytest

from services.directory.defaults import house_calendar
from services.directory.domain.calendar import (
    Calendar,
    CalendarDetails,
    DayGivenTwice,
    HoursCrossed,
    add_calendar,
    resolve,
)
from tests.unit.directory.people import NOON, an_id
from trade.holidays import SpecialDay
from trade.work_calendar import Hours

NATIONAL_DAY = SpecialDay(day=date(2026, 10, 1), working=False, name="国庆节")
MONDAY = Hours(weekday=1, start_minute=540, end_minute=1080)


def a_calendar(team: int | None, **details: object) -> Calendar:
    held = CalendarDetails(**details)  # type: ignore[arg-type]
    return add_calendar(uuid=an_id(1), team=an_id(team) if team else None, details=held, now=NOON).aggregate


def test_a_day_cannot_be_given_twice() -> None:
    with pytest.raises(DayGivenTwice):
        a_calendar(None, special_days=(NATIONAL_DAY, NATIONAL_DAY))


@pytest.mark.parametrize("second", [(540, 600), (1000, 1100), (700, 700)])
def test_hours_of_a_day_neither_overlap_nor_end_before_they_begin(second: tuple[int, int]) -> None:
    other = Hours(weekday=1, start_minute=second[0], end_minute=second[1])
    with pytest.raises(HoursCrossed):
        a_calendar(None, working_hours=(MONDAY, other))


def test_a_team_follows_the_house_except_where_it_differs() -> None:
    works_on = SpecialDay(day=date(2026, 10, 1), working=True)
    house = a_calendar(None, special_days=(NATIONAL_DAY,), working_hours=(MONDAY,))
    team = a_calendar(5, special_days=(works_on,))
    resolved = resolve((house, team))
    assert resolved.special_days == (works_on,)
    assert resolved.working_hours == (MONDAY,)


def test_the_spring_festival_of_2026_is_free_and_the_saturday_before_is_worked() -> None:
    days = {each.day: each.working for each in house_calendar().special_days}
    assert days[date(2026, 2, 17)] is False
    assert days[date(2026, 2, 14)] is True
