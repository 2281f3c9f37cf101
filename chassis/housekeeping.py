"""What every service clears away: events that left the outbox, answers that nobody will ask for again."""

import asyncio
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.clock import FileClock
from chassis.event_log import archive
from chassis.jobs import Sweep
from kernel.time import Clock

_REQUESTS_KEPT = timedelta(days=30)
_BATCH = 5000
# A sweep ends after so many seconds: others wait behind it, and its own transaction stays open meanwhile.
_SPELL = 3.0
# By the rows' own places: by their keys the plan may read the whole table for each batch.
_FORGET = text(
    "delete from requests where ctid = any(array("
    "select ctid from requests where lasting is not true and created < :before limit :limit))"
)


async def forget_requests(connection: AsyncConnection, now: datetime, *, spell: float = _SPELL) -> int:
    """Stored answers are kept for 30 days, those that last for ever; how many were forgotten.

    It goes on for `spell` seconds, a batch at least.
    """
    parameters = {"before": now - _REQUESTS_KEPT, "limit": _BATCH}
    until = asyncio.get_running_loop().time() + spell
    total, last = 0, _BATCH
    while last == _BATCH:
        last = (await connection.execute(_FORGET, parameters)).rowcount
        total += last
        if asyncio.get_running_loop().time() >= until:
            break
    return total


async def _archive(connection: AsyncConnection, now: datetime) -> int:
    return await archive(connection, now=now)


_ARCHIVING = Sweep("archive events", timedelta(minutes=1), _archive)
_FORGETTING = Sweep("forget requests", timedelta(minutes=1), forget_requests)


def housekeeping(clock: Clock) -> tuple[Sweep, ...]:
    """What is cleared away by this clock.

    In a rehearsal no answer is: a month passes in seconds, and whoever was interrupted asks again.
    """
    return (_ARCHIVING,) if isinstance(clock, FileClock) else (_ARCHIVING, _FORGETTING)
