"""Rounds over the stock, stepped by hand."""

from sqlalchemy import func, select

from services.leads.__main__ import DEFINITION
from services.leads.storage.metadata import ROUNDS
from tests.integration.leads.conftest import LeadsHouse
from tests.support.clock import FixedClock

OF_ROUNDS = ("regrade", "re-key", "re-code")
_MOST_WALKS = 10


async def sweep(house: LeadsHouse, clock: FixedClock) -> int:
    """Sweep every round once; how many leads were looked at."""
    total = 0
    for each in DEFINITION.sweeps(house.parts):
        if each.name.startswith(OF_ROUNDS):
            async with house.engine.connect() as connection:
                total += await each.run(connection, clock.now())
    return total


async def drain(house: LeadsHouse, clock: FixedClock) -> int:
    """Move the clock until every round is at its goal; how many leads were looked at."""
    total = await sweep(house, clock)
    for _ in range(_MOST_WALKS):
        if not await _standing(house):
            return total
        clock.travel(minutes=1)
        total += await sweep(house, clock)
    raise AssertionError("a round never comes to its goal")


async def _standing(house: LeadsHouse) -> int:
    async with house.engine.connect() as connection:
        return await connection.scalar(select(func.count()).where(ROUNDS.c.due.is_not(None))) or 0
