"""Redriving: the dead letters of one aggregate are applied again, once what stopped them is repaired."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.consumer import progress
from chassis.consumer.applying import History, change, missing
from chassis.consumer.event import Event, Subscription, Unreadable, refuse_unreadable
from chassis.consumer.gate import Gap, pass_gate


async def redrive(subscription: Subscription, aggregate: str, *, engine: AsyncEngine, history: History) -> int:
    """Apply an aggregate's dead letters in order and lift its parking; how many letters. All or nothing.

    Raises NotParked; Unreadable and HistoryLacks while a letter cannot be read or a version is missing; and what the
    effect raises. The letters then lie where they lay.
    """
    name = subscription.name
    async with engine.begin() as connection:
        letters = await progress.exhume(connection, name, aggregate)
        standing = await progress.standing(connection, name, [aggregate])
        events = await _readable(letters, standing.get(aggregate, 0), subscription, history)
        while (passed := pass_gate(events, applied=standing, parked=())).gaps:
            events = sorted([*events, *await missing(subscription, history, passed.gaps)], key=_version)
        await change(connection, subscription, passed)
    return len(letters)


async def _readable(
    letters: Sequence[Event], applied: int, subscription: Subscription, history: History
) -> list[Event]:
    """The letters in order; one that cannot be read, or tells no version, as the producer's history has it."""
    broken = [letter for letter in letters if letter.unreadable]
    if not broken:
        return list(letters)
    if "#" in letters[0].aggregate:
        raise Unreadable(f"{letters[0].subject} does not tell whose it is; its record's next event repairs it")
    gap = Gap(letters[0].aggregate, applied + 1, applied + len(letters))
    told = {event.id: event async for event in history(subscription, gap)}
    events = [told.get(letter.id, letter) if letter.unreadable else letter for letter in letters]
    refuse_unreadable(events)
    return sorted(events, key=_version)


def _version(event: Event) -> int:
    return event.version
