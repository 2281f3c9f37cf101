"""Telling and reading behaviour (行为事件)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.work import Read, UnitOfWork
from services.leads.application.capture import WRITE
from services.leads.application.intake import IntakeDesk
from services.leads.application.reading import READ
from services.leads.domain.behaviours import Behaviour, BehaviourKind
from services.leads.domain.channels import CampaignUnknown, ChannelUnknown
from services.leads.domain.lead import LeadNotFound
from services.leads.storage import behaviours
from services.leads.storage.families import family_of, standing_for
from services.leads.storage.intents import INTENTS
from services.leads.storage.leads import get_lead, reached_among


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldBehaviour:
    """What a sender tells of somebody's behaviour."""

    lead: UUID
    kind: BehaviourKind
    time: datetime
    asset: str
    campaign: UUID | None
    event_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBehaviours:
    """How much of what was told was new, and how much was known already."""

    created: int
    known: int


async def tell_behaviours(work: UnitOfWork, *, told: Sequence[ToldBehaviour], desk: IntakeDesk) -> TakenBehaviours:
    """Whoever may change leads tells what the people behind them did; each lead is scored anew soon after.

    A lead that was merged away keeps it, and counts for the lead that stands for it.
    What the same sender told before, by its event id, is known and stays as it was. Raises LeadNotFound,
    CampaignUnknown, BehaviourInFuture and BehaviourTooEarly, and nothing is kept then.
    """
    await _check_origins(work, told, desk)
    made = [
        Behaviour(
            uuid=work.new_id(),
            lead=each.lead,
            kind=each.kind,
            time=each.time,
            asset=each.asset,
            campaign=each.campaign,
            sender=work.principal.subject,
            event_id=each.event_id,
            told_time=work.now,
        ).checked(field=f"behaviours[{place}].time")
        for place, each in enumerate(told)
    ]
    first = {each.event_id: each for each in reversed(made)}
    known = await behaviours.told_before(work, sender=work.principal.subject, event_ids=first)
    fresh = [each for event_id, each in first.items() if event_id not in known]
    for each in fresh:
        behaviours.write_behaviour(work, each)
    done_by = {each.lead for each in fresh}
    stands = await standing_for(work, done_by)
    for lead in {stands.get(lead, lead) for lead in done_by}:
        INTENTS.mark(work, lead)
    return TakenBehaviours(created=len(fresh), known=len(told) - len(fresh))


async def receive_behaviours(
    work: UnitOfWork, *, channel: UUID, told: Sequence[ToldBehaviour], desk: IntakeDesk
) -> TakenBehaviours:
    """A channel that is open tells by webhook what people did. Raises ChannelUnknown, and what telling raises."""
    rules = await desk.rulebook.current(work, naming=[f"channels/{channel}"])
    known = rules.channels.get(channel)
    if known is None or not known.active:
        raise ChannelUnknown(channel=f"channels/{channel}")
    return await tell_behaviours(work, told=told, desk=desk)


async def list_behaviours(read: Read, *, lead: UUID, wanted: PageRequest) -> Page[Behaviour]:
    """What was done behind a lead and those merged into it, for whoever may see the lead. Raises LeadNotFound."""
    await get_lead(read, lead, permission=READ)
    return await behaviours.list_page(read, wanted, leads=await family_of(read, lead))


async def _check_origins(work: UnitOfWork, told: Sequence[ToldBehaviour], desk: IntakeDesk) -> None:
    """Every lead is there for the caller to change, and every campaign is known, open or not."""
    meant = {each.lead for each in told}
    missing = meant.difference(await reached_among(work, meant, permission=WRITE))
    if missing:
        raise LeadNotFound(lead=f"leads/{min(missing)}")
    named = {f"campaigns/{each.campaign}" for each in told if each.campaign}
    rules = await desk.rulebook.current(work, naming=named)
    for each in told:
        if each.campaign and each.campaign not in rules.campaigns:
            raise CampaignUnknown(campaign=f"campaigns/{each.campaign}")
