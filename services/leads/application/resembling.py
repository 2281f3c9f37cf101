"""Finding leads that resemble won customers (相似客户): a round over the stock, daily and whenever somebody was won."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.work import Read, UnitOfWork
from services.leads.application.intake import Briefing, IntakeDesk
from services.leads.application.reading import READ
from services.leads.application.rounds import RoundPlan, carry_on
from services.leads.domain.behaviours import NOTHING_DONE
from services.leads.domain.lead import Lead
from services.leads.domain.likeness import FEWEST_WON, Traits, likeness, traits_of
from services.leads.storage import likenesses
from services.leads.storage.behaviours import tallies
from services.leads.storage.leads import visible_among
from services.leads.storage.likenesses import LookAlike
from services.leads.storage.rounds import Stretch
from services.leads.storage.stock import known_leads

COMPARE_STOCK = "compare with won customers"
# The customers won last: what sold years ago says little of what sells now.
MOST_WON = 300
# Between so many leads the loop serves others.
_BREATH = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLookAlike:
    """A look-alike, whether the reader sees the customer it resembles, and only then how that one is called."""

    found: LookAlike
    like_seen: bool
    like_name: str


async def compare_stock(work: UnitOfWork, *, desk: IntakeDesk) -> int:
    """The round goes on by a few leads; below three won customers there is nothing to compare with."""
    count, mark = await likenesses.won_mark(work)

    async def bring(work: UnitOfWork, briefing: Briefing, leads: Sequence[Lead]) -> int:
        await _compare(work, briefing, leads)
        return 0  # each day goes over all of them anyway

    def goal(briefing: Briefing) -> str:
        return f"{mark}, {briefing.today}" if count >= FEWEST_WON else ""

    plan = RoundPlan(name=COMPARE_STOCK, stretch=Stretch.WINNABLE, goal=goal, bring=bring, batch=100)
    return await carry_on(work, plan=plan, desk=desk)


async def list_look_alikes(read: Read, *, wanted: PageRequest) -> Page[ShownLookAlike]:
    """Leads that resemble a won customer show themselves to those who see them, the most alike first."""
    page = await likenesses.list_page(read, wanted, permission=READ)
    likes = {each.likeness.like for each in page.items}
    known = await known_leads(read, set(await visible_among(read, likes, permission=READ)))
    return page.of([_shown(each, known.get(each.likeness.like)) for each in page.items])


def _shown(found: LookAlike, like: Lead | None) -> ShownLookAlike:
    return ShownLookAlike(found=found, like_seen=like is not None, like_name=like.facts.company_name if like else "")


async def _compare(work: UnitOfWork, briefing: Briefing, leads: Sequence[Lead]) -> None:
    won_when = await likenesses.won_leads(work, most=MOST_WON)
    known = await known_leads(work, won_when)
    won = await _traits(work, briefing, [known[lead] for lead in won_when if lead in known], won_when)
    found = []
    for place, traits in enumerate(await _traits(work, briefing, leads, {}), start=1):
        like = likeness(traits, won)
        if like is not None:
            found.append(like)
        if place % _BREATH == 0:
            await asyncio.sleep(0)
    await likenesses.keep_likenesses(work, [lead.uuid for lead in leads], found)


async def _traits(read: Read, briefing: Briefing, leads: Collection[Lead], at: Mapping[UUID, datetime]) -> list[Traits]:
    """What of leads is compared; what was done behind one counts until its moment, else until now."""
    done = await tallies(read, [(lead.uuid, at.get(lead.uuid, read.now)) for lead in leads])
    kind_of = briefing.rules.kind_of
    return [
        traits_of(lead, channel=kind_of(lead.facts.channel), tally=done.get(lead.uuid, NOTHING_DONE)) for lead in leads
    ]
