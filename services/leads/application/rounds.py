"""Carrying rounds on (巡检): a few leads at a time, each time with the place where the round stands then."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.jobs import carry_out
from chassis.principal import Principal
from chassis.work import Store, UnitOfWork
from services.leads.application.intake import Briefing, IntakeDesk
from services.leads.domain.lead import Lead
from services.leads.storage.rounds import Stretch, hold_round, keep_round, next_leads

# A sweep ends after so many seconds: others wait behind it, and its own transaction stays open meanwhile.
_SPELL = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPlan:
    """One kind of round: its goal at present ("" for none), the leads it goes over, and what it does with some of them.

    `bring` answers how many leads it found to be changed.
    """

    name: str
    stretch: Stretch
    goal: Callable[[Briefing], str]
    bring: Callable[[UnitOfWork, Briefing, Sequence[Lead]], Awaitable[int]]
    batch: int = 200


async def carry_on(work: UnitOfWork, *, plan: RoundPlan, desk: IntakeDesk) -> int:
    """A round takes up a new goal, or goes on by a few leads; how many it looked at.

    What it changes and how far it is stand in one transaction, so that a kill loses neither.
    """
    briefing = await desk.brief(work)
    goal, standing = plan.goal(briefing), await hold_round(work, name=plan.name)
    if standing is None or not goal:
        return 0
    if standing.goal != goal:
        await keep_round(work, standing.towards(goal, now=work.now))
        return 0
    if not standing.is_due(work.now):
        return 0
    found = await next_leads(work, stretch=plan.stretch, after=standing.after, most=plan.batch)
    changed = await plan.bring(work, briefing, found)
    is_last = len(found) < plan.batch
    following = (
        standing.ended(changed=changed, now=work.now)
        if is_last
        else standing.went_on(last=found[-1].uuid, changed=changed)
    )
    await keep_round(work, following)
    return len(found)


class Rounds:
    """Carries one kind of round on whenever it is swept."""

    def __init__(
        self, name: str, step: Callable[[UnitOfWork], Awaitable[int]], *, store: Store, principal: Principal
    ) -> None:
        """`step` goes on by a few leads and tells how many; `principal` is on whose account they change."""
        self._name = name
        self._go_on = step
        self._store = store
        self._principal = principal

    async def sweep(self, _connection: object, _now: datetime) -> int:
        """Go on for a few seconds, or until nothing is left; how many leads were looked at."""
        until = asyncio.get_running_loop().time() + _SPELL
        total = 0
        while (seen := await self._step()) and asyncio.get_running_loop().time() < until:
            total += seen
        return total + seen

    async def _step(self) -> int:
        return await carry_out(self._store, self._principal, action=self._name, use_case=self._go_on)
