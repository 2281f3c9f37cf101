"""Working days and working time in China, with holidays and days worked in exchange."""

import tomllib
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import trade
from trade.holidays import HolidayTableInvalid, special_days
from trade.work_calendar import (
    Hours,
    WorkCalendar,
    WorkingHoursInvalid,
    add_working_time,
    end_of_day,
    is_working_day,
    is_working_time,
    working_days_after,
    working_time_before,
    working_time_between,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
TABLE = tomllib.loads((Path(trade.__file__).parent / "china_holidays.toml").read_text(encoding="utf-8"))
OFFICE = tuple(
    Hours(weekday=day, start_minute=start * 60, end_minute=end * 60)
    for day in range(1, 6)
    for start, end in ((9, 12), (13, 18))
)
CHINA = WorkCalendar(zone=SHANGHAI, hours=OFFICE, special_days=special_days(TABLE))
# The strategy wants its bounds without a zone and adds the zone itself.
INSTANTS = st.datetimes(
    min_value=datetime.fromisoformat("2025-01-01"),
    max_value=datetime.fromisoformat("2027-11-30"),
    timezones=st.just(UTC),
)
DURATIONS = st.timedeltas(min_value=timedelta(), max_value=timedelta(hours=200))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_a_saturday_worked_in_exchange_is_a_working_day() -> None:
    assert is_working_day(CHINA, date(2026, 2, 14))
    assert working_time_between(CHINA, at("2026-02-14T00:00"), at("2026-02-15T00:00")) == timedelta(hours=8)


def test_a_weekday_inside_a_holiday_is_not_worked() -> None:
    assert not is_working_day(CHINA, date(2025, 10, 8))
    assert is_working_day(CHINA, date(2025, 10, 9))


def test_an_ordinary_sunday_is_not_worked() -> None:
    assert not is_working_day(CHINA, date(2026, 3, 1))


def test_two_hours_from_the_eve_of_a_holiday_end_after_it() -> None:
    assert add_working_time(CHINA, at("2026-09-30T17:00"), timedelta(hours=2)) == at("2026-10-08T10:00")


def test_time_over_lunch_does_not_count() -> None:
    assert add_working_time(CHINA, at("2026-03-03T11:30"), timedelta(hours=1)) == at("2026-03-03T13:30")
    assert not is_working_time(CHINA, at("2026-03-03T12:00"))


def test_a_day_of_summer_time_has_its_wall_clock_hours() -> None:
    all_day = tuple(Hours(weekday=day, start_minute=0, end_minute=1440) for day in range(1, 8))
    berlin = WorkCalendar(zone=ZoneInfo("Europe/Berlin"), hours=all_day)
    start = datetime(2026, 3, 29, tzinfo=ZoneInfo("Europe/Berlin"))
    end = datetime(2026, 3, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert working_time_between(berlin, start.astimezone(UTC), end.astimezone(UTC)) == timedelta(hours=23)


@pytest.mark.parametrize(
    "hours",
    [
        (),
        (Hours(weekday=8, start_minute=0, end_minute=60),),
        (Hours(weekday=1, start_minute=600, end_minute=540),),
        (Hours(weekday=1, start_minute=540, end_minute=720), Hours(weekday=1, start_minute=700, end_minute=800)),
    ],
)
def test_impossible_hours_are_refused(hours: tuple[Hours, ...]) -> None:
    with pytest.raises(WorkingHoursInvalid):
        WorkCalendar(zone=SHANGHAI, hours=hours)


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"off": [{"first": "2028-01-02", "last": "2028-01-01"}]}, "2028.off.0"),
        ({"worked": ["2028-02-30"]}, "2028.worked.0"),
        ({"off": [{"first": "2028-01-01", "last": "2028-01-01"}], "worked": ["2028-01-01"]}, "2028.2028-01-01"),
    ],
)
def test_a_wrong_entry_of_the_holiday_table_is_named(entry: dict[str, object], field: str) -> None:
    with pytest.raises(HolidayTableInvalid) as refusal:
        special_days({"2028": entry})
    assert refusal.value.field == field


@given(start=INSTANTS, duration=DURATIONS)
def test_the_time_added_is_the_time_between(start: datetime, duration: timedelta) -> None:
    assert working_time_between(CHINA, start, add_working_time(CHINA, start, duration)) == duration


@given(start=INSTANTS, first=DURATIONS, second=DURATIONS)
def test_adding_in_two_steps_is_adding_at_once(start: datetime, first: timedelta, second: timedelta) -> None:
    in_steps = add_working_time(CHINA, add_working_time(CHINA, start, first), second)
    at_once = add_working_time(CHINA, start, first + second)
    assert in_steps == at_once


@given(instants=st.tuples(INSTANTS, INSTANTS, INSTANTS).map(sorted))
def test_parts_of_a_period_sum_to_the_whole(instants: list[datetime]) -> None:
    start, middle, end = instants
    whole = working_time_between(CHINA, start, end)
    assert working_time_between(CHINA, start, middle) + working_time_between(CHINA, middle, end) == whole
    assert timedelta() <= whole <= end - start


def test_two_hours_before_the_first_morning_after_a_holiday_began_before_it() -> None:
    assert working_time_before(CHINA, at("2026-10-08T10:00"), timedelta(hours=2)) == at("2026-09-30T17:00")


@given(end=INSTANTS, duration=DURATIONS)
def test_what_starts_so_long_before_has_had_its_time_and_what_starts_later_has_not(
    end: datetime, duration: timedelta
) -> None:
    start = working_time_before(CHINA, end, duration)
    assert add_working_time(CHINA, start, duration) <= end
    if duration:
        assert add_working_time(CHINA, start + timedelta(seconds=1), duration) > end


def test_working_days_follow_one_another_without_holidays_and_days_that_rest() -> None:
    # The spring festival of 2026 is from 15 to 23 February; Saturday the 14th and the 28th are worked in exchange.
    found = working_days_after(CHINA, date(2026, 2, 12), resting=lambda day: day == date(2026, 2, 25))
    assert list(islice(found, 4)) == [date(2026, 2, 13), date(2026, 2, 14), date(2026, 2, 24), date(2026, 2, 26)]


def test_a_day_ends_with_the_midnight_of_its_zone() -> None:
    assert end_of_day(CHINA, date(2026, 4, 1)) == datetime(2026, 4, 1, 16, 0, tzinfo=UTC)
