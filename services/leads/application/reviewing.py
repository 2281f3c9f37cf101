"""Reviewing what may be duplicates (疑似重复复核)."""

from datetime import datetime
from functools import partial
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.work import Read, UnitOfWork
from kernel.events import Change
from services.leads.application.capture import WRITE
from services.leads.application.reading import READ
from services.leads.application.writing import lead_to_write
from services.leads.domain.duplicate_pairs import DuplicatePair, Judgement, PairState
from services.leads.domain.lead import Lead
from services.leads.storage.duplicate_pairs import get_pair, keep_judgement, list_page, open_pairs_of
from services.leads.storage.leads import RECORD, get_lead


async def list_pairs(read: Read, *, wanted: PageRequest) -> Page[DuplicatePair]:
    """Pairs of likely duplicates show themselves to those who may see both leads."""
    return await list_page(read, wanted, permission=READ)


async def confirm_pair(work: UnitOfWork, *, uuid: UUID) -> DuplicatePair:
    """Somebody who may change both leads says that they are one customer.

    Raises DuplicatePairNotFound, DuplicateAlreadyJudged.
    """
    judged = await _judge(work, uuid, PairState.CONFIRMED)
    lead = await get_lead(work, judged.lead, permission=WRITE)
    work.save(RECORD, lead.confirmed_duplicate(other=judged.other, now=work.now))
    return judged


async def dismiss_pair(work: UnitOfWork, *, uuid: UUID) -> DuplicatePair:
    """Somebody who may change both leads says that they are two customers; the hint goes.

    Raises DuplicatePairNotFound, DuplicateAlreadyJudged.
    """
    judged = await _judge(work, uuid, PairState.DISMISSED)
    lead = await get_lead(work, judged.lead, permission=WRITE)
    work.save(RECORD, lead.dismissed_duplicate(other=judged.other, found_as=judged.other_found, now=work.now))
    return judged


async def dismiss_pairs_of(work: UnitOfWork, *, uuid: UUID, seen: int | None) -> int:
    """Somebody who may change a lead, and those it is likely the same as, says that it is another customer; how many.

    Pairs of which he may not change both leads wait on. Raises LeadNotFound, LeadMergedAway, StaleVersion.
    """
    lead = await lead_to_write(work, uuid=uuid, seen=seen)
    judged = [
        await _judged(work, pair, PairState.DISMISSED)
        for pair in await open_pairs_of(work, lead.uuid, permission=WRITE)
    ]
    changes: dict[UUID, Change[Lead]] = {}
    for pair in judged:
        before = changes.get(pair.lead) or Change(await get_lead(work, pair.lead, permission=WRITE), ())
        changes[pair.lead] = before.then(partial(_dismissed, pair=pair, now=work.now))
    for change in changes.values():
        work.save(RECORD, change)
    return len(judged)


def _dismissed(lead: Lead, *, pair: DuplicatePair, now: datetime) -> Change[Lead]:
    return lead.dismissed_duplicate(other=pair.other, found_as=pair.other_found, now=now)


async def _judge(work: UnitOfWork, uuid: UUID, state: PairState) -> DuplicatePair:
    return await _judged(work, await get_pair(work, uuid, permission=WRITE), state)


async def _judged(work: UnitOfWork, pair: DuplicatePair, state: PairState) -> DuplicatePair:
    who = work.principal
    judgement = Judgement(judge=who.subject, judge_name=who.display_name or who.subject, time=work.now)
    judged = pair.judged(state, judgement)
    await keep_judgement(work, judged)
    return judged
