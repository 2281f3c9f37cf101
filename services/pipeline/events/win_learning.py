"""What chances to win are learnt from (训练): opportunities at an earlier moment, with how they ended."""

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.learning import Curriculum
from chassis.work import Read
from services.pipeline.events import win_learning_apart
from services.pipeline.storage.win_chances import WIN_MODELS
from services.pipeline.storage.win_history import Ending, Place, beginning, endings

_MOST = 20_000


async def _first(_read: Read) -> Mapping[str, Any]:
    """An opportunity's own events tell all that is to be known of it."""
    return {}


async def _page(read: Read, after: Place | None) -> tuple[Sequence[Mapping[str, Any]], Place | None]:
    found, following = await endings(read, after or beginning(read.now))
    return [_line(each) for each in found], following


def _line(ending: Ending) -> Mapping[str, Any]:
    return {
        "moment": ending.moment.isoformat(),
        "close_time": ending.close_time.isoformat(),
        "won": ending.won,
        "events": [(told.time.isoformat(), told.event_type, told.payload.hex()) for told in ending.events],
    }


# The opportunities that were closed last.
CURRICULUM: Curriculum[Place] = Curriculum(
    models=WIN_MODELS, program=win_learning_apart, first=_first, page=_page, most=_MOST
)
