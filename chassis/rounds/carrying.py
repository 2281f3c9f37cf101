"""Carrying rounds on (巡检): a few records at a time, each time with the place where the round stands then."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import Table

from chassis.jobs import carry_out
from chassis.principal import Principal
from chassis.rounds.storage import hold_round, keep_round
from chassis.work import Store, UnitOfWork

# A sweep ends after so many seconds: others wait behind it, and its own transaction stays open meanwhile.
_SPELL = 3.0


class Walked(Protocol):
    """A record of a stock; a walk goes by the order of their ids."""

    @property
    def uuid(self) -> UUID:
        """Its identity."""


T = TypeVar("T", bound=Walked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk(Generic[T]):
    """One kind of round as it is to go now: its goal ("" for none), what follows a record, and what it does with some.

    `following` answers at most so many records after the one of an id; `bring` how many of them it found to be changed.
    """

    name: str
    goal: str
    following: Callable[[UUID | None, int], Awaitable[Sequence[T]]]
    bring: Callable[[Sequence[T]], Awaitable[int]]
    batch: int = 200


async def carry_on(work: UnitOfWork, rounds: Table, walk: Walk[T]) -> int:
    """A round takes up a new goal, or goes on by a few records; how many it looked at.

    What it changes and how far it is stand in one transaction, so that a kill loses neither.
    """
    standing = await hold_round(work, rounds, name=walk.name)
    if standing is None or not walk.goal:
        return 0
    if standing.goal != walk.goal:
        await keep_round(work, rounds, standing.towards(walk.goal, now=work.now))
        return 0
    if not standing.is_due(work.now):
        return 0
    found = await walk.following(standing.after, walk.batch)
    changed = await walk.bring(found)
    is_last = len(found) < walk.batch
    following = (
        standing.ended(changed=changed, now=work.now)
        if is_last
        else standing.went_on(last=found[-1].uuid, changed=changed)
    )
    await keep_round(work, rounds, following)
    return len(found)


class Rounds:
    """Carries one kind of round on whenever it is swept."""

    def __init__(
        self,
        name: str,
        step: Callable[[UnitOfWork], Awaitable[int]],
        *,
        store: Store,
        principal: Principal,
        lanes: int = 1,
        spell: float = _SPELL,
    ) -> None:
        """`step` goes on by a few records and tells how many; `principal` is on whose account they change.

        After a `spell` of so many seconds a sweep ends; 0 is after one step.

        Steps that take different records may go in several `lanes`: while one waits for the database, another decides.
        """
        self._lanes = lanes
        self._name = name
        self._go_on = step
        self._store = store
        self._principal = principal
        self._spell = spell

    async def sweep(self, _connection: object, _now: datetime) -> int:
        """Go on for a few seconds, or until nothing is left; how many records were looked at."""
        return sum(await asyncio.gather(*(self._go_for_a_spell() for _ in range(self._lanes))))

    async def _go_for_a_spell(self) -> int:
        until = asyncio.get_running_loop().time() + self._spell
        total = 0
        while (seen := await self._step()) and asyncio.get_running_loop().time() < until:
            total += seen
        return total + seen

    async def _step(self) -> int:
        return await carry_out(self._store, self._principal, action=self._name, use_case=self._go_on)
