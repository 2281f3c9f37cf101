"""Reviewing what may be duplicates (疑似重复复核)."""

from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.work import Read, UnitOfWork
from services.leads.application.capture import WRITE
from services.leads.application.reading import READ
from services.leads.domain.duplicate_pairs import DuplicatePair, Judgement, PairState
from services.leads.storage.duplicate_pairs import get_pair, keep_judgement, list_page
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


async def _judge(work: UnitOfWork, uuid: UUID, state: PairState) -> DuplicatePair:
    pair = await get_pair(work, uuid, permission=WRITE)
    who = work.principal
    judgement = Judgement(judge=who.subject, judge_name=who.display_name or who.subject, time=work.now)
    judged = pair.judged(state, judgement)
    await keep_judgement(work, judged)
    return judged
