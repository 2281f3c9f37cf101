"""In a rehearsal all processes live at the time that a file tells."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from chassis.clock import clock_of, set_clock

SPRING = datetime(2026, 3, 2, 9, tzinfo=UTC)
MOMENT = timedelta(seconds=30)


def test_without_a_file_it_is_the_time_of_the_machine(tmp_path: Path) -> None:
    for values in ({}, {"MILLRACE_CLOCK_FILE": str(tmp_path / "clock")}):
        assert abs(clock_of(values).now() - datetime.now(UTC)) < MOMENT


def test_time_goes_on_from_what_the_file_tells(tmp_path: Path) -> None:
    clock = clock_of({"MILLRACE_CLOCK_FILE": str(tmp_path / "clock")})
    set_clock(tmp_path / "clock", SPRING)
    first, second = clock.now(), clock.now()
    assert SPRING <= first < second < SPRING + MOMENT


def test_the_file_may_move_the_time_on_and_give_it_back(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    clock = clock_of({"MILLRACE_CLOCK_FILE": str(path)})
    set_clock(path, SPRING)
    assert clock.now() < SPRING + MOMENT
    set_clock(path, SPRING + timedelta(days=7))
    assert clock.now() >= SPRING + timedelta(days=7)
    path.unlink()
    assert abs(clock.now() - datetime.now(UTC)) < MOMENT
