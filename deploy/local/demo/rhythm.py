"""When customers make contact: less at weekends and on holidays, least at Spring Festival, more as the year goes on."""

import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from trade import holidays
from trade.holidays import special_days

ZONE = ZoneInfo("Asia/Shanghai")
YEAR = timedelta(days=365)
# Contacts of a usual Monday, Tuesday …, and of the hours of a day, beside one another.
WEEKDAYS = (1.1, 1.05, 1.0, 1.0, 0.9, 0.35, 0.25)
HOURS = (1, 0, 0, 0, 0, 0, 1, 3, 14, 36, 42, 34, 14, 22, 38, 40, 36, 28, 12, 8, 8, 6, 3, 1)
OFF, WORKED_IN_EXCHANGE = 0.2, 0.9
GROWTH = 0.3
UNEVEN = 0.1

_TABLE = Path(holidays.__file__).with_name("china_holidays.toml")
_SPECIAL = {each.day: each for each in special_days(tomllib.loads(_TABLE.read_text(encoding="utf-8")))}
_SPRING_FESTIVAL = [each.day for each in _SPECIAL.values() if each.name == "春节"]
_QUIET_DAYS = 10  # before and after Spring Festival


class Rhythm:
    """The year before a day as a scale from 0 to 1, on which every contact has the same room."""

    def __init__(self, day: date, random: Random) -> None:
        """`random` makes one day busier than another like it."""
        self._days = [day - YEAR + timedelta(days=past) for past in range(YEAR.days)]
        self._scale = _scale(
            (1 + GROWTH * past / YEAR.days) * _usual(each) * random.lognormvariate(0, UNEVEN)
            for past, each in enumerate(self._days)
        )

    def instant(self, share: float) -> datetime:
        """The second at which that share of the year's contacts, below 1, is made; later for a larger share."""
        place, rest = _find(self._scale, share)
        hour, rest = _find(_HOURS, rest)
        return midnight(self._days[place]).astimezone(UTC) + timedelta(hours=hour, seconds=int(rest * 3600))


def midnight(day: date) -> datetime:
    """The instant at which the day begins."""
    return datetime.combine(day, time(), ZONE)


def _usual(day: date) -> float:
    usual = WEEKDAYS[day.weekday()]
    if day in _SPECIAL:
        usual = WORKED_IN_EXCHANGE if _SPECIAL[day].working else OFF
    away = min((abs((day - festival).days) for festival in _SPRING_FESTIVAL), default=_QUIET_DAYS)
    return usual * min(1.0, (1 + away) / _QUIET_DAYS)


def _scale(weights: Iterable[float]) -> list[float]:
    """Where each weight ends when all of them together are 1."""
    ends = list(accumulate(weights))
    return [end / ends[-1] for end in ends]


def _find(scale: Sequence[float], share: float) -> tuple[int, float]:
    """Which weight a share falls on, and which share of that weight is left before it."""
    place = bisect_right(scale, share)
    begin = scale[place - 1] if place else 0.0
    return place, (share - begin) / (scale[place] - begin)


_HOURS = _scale(HOURS)
