"""When a step comes: by its delay, within working hours, not too often."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.leads.domain.nurturing.timing import WEEK, Delay, DelayUnit, send_moment
from trade.holidays import SpecialDay
from trade.work_calendar import Hours, WorkCalendar, is_working_time

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = WorkCalendar(
    zone=SHANGHAI,
    hours=tuple(Hours(weekday=day, start_minute=9 * 60, end_minute=18 * 60) for day in range(1, 6)),
    special_days=(SpecialDay(day=date(2026, 3, 4), working=False),),  # a Wednesday
)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in March 2026, as the clocks of the house show it."""
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


@pytest.mark.parametrize(
    ("delay", "since", "comes"),
    [
        (Delay(), at(2, 12), at(2, 12)),
        (Delay(unit=DelayUnit.HOURS, amount=3), at(2, 23), at(3, 2)),
        (Delay(unit=DelayUnit.DAYS, amount=2), at(6, 12), at(8, 12)),
        (Delay(unit=DelayUnit.WORKING_HOURS, amount=4), at(2, 17), at(3, 12)),
        (Delay(unit=DelayUnit.WORKING_DAYS, amount=1), at(3, 10), at(5, 10)),
        (Delay(unit=DelayUnit.WORKING_DAYS, amount=3), at(5, 10), at(10, 10)),
        (Delay(unit=DelayUnit.WORKING_DAYS, amount=1), at(7, 10), at(9, 10)),
    ],
)
def test_a_delay_counts_in_its_unit(delay: Delay, since: datetime, comes: datetime) -> None:
    assert delay.after(since, calendar=OFFICE) == comes


def test_nothing_leaves_while_people_sleep_or_rest() -> None:
    moment = send_moment(at(3, 20), calendar=OFFICE, mailed=(), most_a_week=2)
    assert moment.time == at(5, 9)
    assert [reason.code for reason in moment.reasons] == ["NURTURING_QUIET_HOURS"]


def test_an_address_gets_no_more_mails_a_week_than_it_may() -> None:
    mailed = (at(2, 10), at(3, 11))
    moment = send_moment(at(5, 10), calendar=OFFICE, mailed=mailed, most_a_week=2)
    assert moment.time == at(9, 10)
    assert [reason.code for reason in moment.reasons] == ["NURTURING_TOO_OFTEN"]
    assert send_moment(at(5, 10), calendar=OFFICE, mailed=mailed, most_a_week=3).reasons == ()


def test_what_was_mailed_a_week_ago_counts_no_more() -> None:
    assert send_moment(at(9, 10), calendar=OFFICE, mailed=(at(2, 10),), most_a_week=1).time == at(9, 10)
    assert send_moment(at(9, 9), calendar=OFFICE, mailed=(at(2, 10),), most_a_week=1).time == at(9, 10)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)).map(lambda told: told.replace(tzinfo=UTC)),  # noqa: DTZ001 - the zone follows
    st.lists(st.integers(0, 14 * 24 * 60), max_size=8),
    st.integers(1, 4),
)
def test_a_mail_leaves_within_working_hours_and_never_too_often(wanted: datetime, ago: list[int], most: int) -> None:
    mailed = sorted(wanted - timedelta(minutes=each) for each in ago)
    moment = send_moment(wanted, calendar=OFFICE, mailed=mailed, most_a_week=most)
    assert moment.time >= wanted
    assert is_working_time(OFFICE, moment.time)
    assert sum(each > moment.time - WEEK for each in mailed) < most
    assert bool(moment.reasons) == (moment.time > wanted)
