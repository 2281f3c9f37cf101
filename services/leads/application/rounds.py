"""Carrying rounds over the stock of leads on (巡检)."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.rounds import Walk
from chassis.rounds import carry_on as go_on
from chassis.work import UnitOfWork
from services.leads.application.intake import Briefing, IntakeDesk
from services.leads.domain.lead import Lead
from services.leads.storage.metadata import ROUNDS
from services.leads.storage.rounds import Stretch, next_leads


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
    """A round takes up a new goal, or goes on by a few leads; how many it looked at."""
    briefing = await desk.brief(work)

    async def following(after: UUID | None, most: int) -> Sequence[Lead]:
        return await next_leads(work, stretch=plan.stretch, after=after, most=most)

    async def bring(leads: Sequence[Lead]) -> int:
        return await plan.bring(work, briefing, leads)

    walk = Walk(name=plan.name, goal=plan.goal(briefing), following=following, bring=bring, batch=plan.batch)
    return await go_on(work, ROUNDS, walk)
