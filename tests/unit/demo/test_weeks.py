"""The demo company's year is lived through week by week, and a loader that was killed goes on where it was."""

from datetime import date, datetime, timedelta
from pathlib import Path

from chassis.clock import FileClock
from deploy.local.demo.company import NEWCOMERS, demo_members
from deploy.local.demo.rhythm import ZONE, midnight
from deploy.local.demo.weeks import begin_year, live_through, weeks_before
from deploy.local.home import Home

DAY = date(2026, 7, 1)
MOMENT = timedelta(minutes=1)


def test_the_weeks_cover_the_year_without_a_gap() -> None:
    weeks = weeks_before(DAY)
    assert (weeks[0].begin, weeks[-1].end) == (midnight(date(2025, 7, 1)), midnight(DAY))
    assert all(week.begin < week.end for week in weeks)
    assert [week.begin for week in weeks[1:]] == [week.end for week in weeks[:-1]]


def test_the_clock_stands_at_the_end_of_each_week_and_in_the_present_afterwards(tmp_path: Path) -> None:
    home = Home.open(tmp_path)
    clock = FileClock(Path(begin_year(home, DAY)["MILLRACE_CLOCK_FILE"]))
    assert abs(clock.now() - midnight(date(2025, 7, 1))) < MOMENT
    for week in live_through(home, DAY):
        assert abs(clock.now() - week.end) < MOMENT
    assert abs(clock.now() - datetime.now(ZONE)) < MOMENT


def test_a_loader_that_was_killed_goes_on_with_the_week_it_was_in(tmp_path: Path) -> None:
    home = Home.open(tmp_path)
    begin_year(home, DAY)
    for week in live_through(home, DAY):
        if week.number == 10:
            break
    begin_year(home, DAY)
    assert [week.number for week in live_through(home, DAY)] == list(range(10, len(weeks_before(DAY))))


def test_newcomers_are_salespeople_nobody_signs_in_as_and_join_while_there_is_time_to_sign() -> None:
    members = demo_members()
    first = {member.role: number for number, member in reversed(list(enumerate(members)))}
    assert {members[number].role for number in NEWCOMERS} == {"sales"}
    assert not {*NEWCOMERS} & {*first.values()}
    assert all(0 < week < 40 for week in NEWCOMERS.values())
