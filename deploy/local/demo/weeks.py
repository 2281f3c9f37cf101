"""The year of the demo company, week by week: what happens in a week is done while all clocks stand in it.

A loader that was killed goes on with the week it was in; what of it was done already answers again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from chassis.clock import set_clock
from deploy.local.demo.rhythm import YEAR, midnight
from deploy.local.home import Home

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One week; everything in it is entered at its end, which for the last week is the present."""

    number: int
    begin: datetime
    end: datetime

    @property
    def is_present(self) -> bool:
        """Whether it is one of the last two: what comes up in it may still wait for somebody."""
        return self.number >= YEAR // WEEK - 1


def weeks_before(day: date) -> list[Week]:
    """The weeks of the year before a day, the oldest first; the first is the shorter one."""
    ends = [midnight(day) - WEEK * back for back in range(YEAR // WEEK, -1, -1)]
    begins = [midnight(day - YEAR), *ends[:-1]]
    return [
        Week(number=number, begin=begin, end=end) for number, (begin, end) in enumerate(zip(begins, ends, strict=True))
    ]


def begin_year(home: Home, day: date) -> dict[str, str]:
    """Let the clock stand where the loader is to go on, at first a year ago; what programs are told of it."""
    done = _done(home)
    set_clock(home.clock, next(week.begin for week in weeks_before(day) if week.number >= done))
    return {"MILLRACE_CLOCK_FILE": str(home.clock)}


def live_through(home: Home, day: date) -> Iterator[Week]:
    """Each week that is still to be done, with the clock at its end; afterwards it is the present again."""
    done = _done(home)
    for week in weeks_before(day)[done:]:
        if home.clock.exists():
            set_clock(home.clock, week.end)
        yield week
        home.demo_week.write_text(str(week.number + 1), encoding="utf-8")
    home.clock.unlink(missing_ok=True)


def _done(home: Home) -> int:
    return int(home.demo_week.read_text(encoding="utf-8")) if home.demo_week.exists() else 0
