"""The campaigns of the demo company, and when each of them ran."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from deploy.local.demo.rhythm import YEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """When a campaign runs: from one day to another, or on and on."""

    start: date
    end: date | None = None

    def covers(self, day: date) -> bool:
        """Whether it runs on the day."""
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCampaign:
    """A campaign that stands in the service; `name` and `channel` are resource names."""

    name: str
    channel: str
    run: Run


def latest_run(months: Sequence[int], *, before: date) -> Run:
    """The latest run, from its first month to its last, that began before the day; the whole year without months."""
    if not months:
        return Run(start=before - YEAR)
    first, last = months
    year = before.year if date(before.year, first, 1) < before else before.year - 1
    return Run(start=date(year, first, 1), end=date(year, last, monthrange(year, last)[1]))
