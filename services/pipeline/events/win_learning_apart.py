"""The program that learns chances to win: `python -m services.pipeline.events.win_learning_apart`.

It is told of closed opportunities: the moment each is learnt from, its events, and whether it was won.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.learning import Lesson
from chassis.learning.apart import lesson_from, teach
from services.pipeline.domain.win_chance import Life, features, stays, until, usual_stays
from services.pipeline.events.win_steps import remember
from services.pipeline.storage.win_history import Told
from trade.probability.sample import earlier_of


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ending:
    """How an opportunity ended, and its life up to the moment it is learnt from; `stays` are of its whole life."""

    life: Life
    moment: datetime
    close_time: datetime
    won: bool
    stays: list[tuple[str, float]]


def lesson_of(told: Iterable[Mapping[str, Any]], _first: Mapping[str, Any]) -> Lesson:
    """What opportunities teach that were open at their moments, those that closed first before the others.

    What is usual is that of the won ones among the earlier ones: those that judge the model must not have told it.
    """
    endings = sorted(filter(None, map(_ending, told)), key=lambda each: each.close_time)
    earlier = endings[: earlier_of(len(endings))]
    pace = usual_stays(stay for each in earlier if each.won for stay in each.stays)
    rows = [features(each.life, at=each.moment, pace=pace) for each in endings]
    return lesson_from(rows, [each.won for each in endings], beside={"pace": pace})


def _ending(told: Mapping[str, Any]) -> _Ending | None:
    """None for one that was not open at its moment: lost by then, and opened again later."""
    moment, close_time = (datetime.fromisoformat(told[name]) for name in ("moment", "close_time"))
    life = remember(
        Told(time=datetime.fromisoformat(time), event_type=event_type, payload=bytes.fromhex(payload))
        for time, event_type, payload in told["events"]
    )
    known = until(life, moment)
    if not known or not known[-1].is_open:
        return None
    return _Ending(life=known, moment=moment, close_time=close_time, won=told["won"], stays=stays(life, end=close_time))


if __name__ == "__main__":
    teach(lesson_of)
