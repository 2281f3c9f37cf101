"""Following leads up (跟进记录), and what of it answers the customer (首次响应)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.work import Read, UnitOfWork
from kernel.errors import StaleVersion
from services.leads.application.capture import WRITE
from services.leads.application.intake import IntakeDesk
from services.leads.application.reading import READ
from services.leads.domain.follow_up import (
    Correction,
    FollowUp,
    FollowUpFacts,
    create_follow_up,
    first_response,
)
from services.leads.domain.lead import Lead
from services.leads.domain.responding import LeadResponded, answered
from services.leads.domain.response_notices import NoticeKind
from services.leads.storage import follow_ups
from services.leads.storage.follow_ups import RECORD
from services.leads.storage.leads import RECORD as LEAD_RECORD
from services.leads.storage.leads import get_lead
from services.leads.storage.response_notices import write_notice


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFollowUp:
    """A follow-up with what it told before, the newest first."""

    follow_up: FollowUp
    corrections: Sequence[Correction]


async def follow_up_lead(work: UnitOfWork, *, lead: UUID, facts: FollowUpFacts, desk: IntakeDesk) -> FollowUp:
    """Whoever may change a lead tells what he did about it; the first follow-up that counts answers the customer.

    Raises LeadNotFound, LeadCannotBeFollowedUp, FollowUpInFuture, FollowUpTooEarly, NextStepBefore.
    """
    found = await get_lead(work, lead, permission=WRITE)
    author = work.principal.subject
    change = create_follow_up(found, uuid=work.new_id(), facts=facts, author=author, now=work.now)
    told = work.save(RECORD, change)
    rules = (await desk.rulebook.current(work)).response
    counted = first_response([told], rules)
    if counted is not None:
        await _answer(work, found, _earlier(counted, known=found), desk)
    return told


async def get_follow_up(read: Read, *, uuid: UUID) -> ShownFollowUp:
    """A follow-up shows itself to those who see its lead. Raises FollowUpNotFound."""
    told = await follow_ups.get_follow_up(read, uuid, permission=READ)
    corrections = await follow_ups.corrections_of(read, [uuid])
    return ShownFollowUp(follow_up=told, corrections=corrections.get(uuid, ()))


async def list_follow_ups(read: Read, *, wanted: PageRequest) -> Page[ShownFollowUp]:
    """Follow-ups of the leads within the reader's scope."""
    page = await follow_ups.list_page(read, wanted, permission=READ)
    corrections = await follow_ups.corrections_of(read, [each.uuid for each in page.items])
    return page.of([ShownFollowUp(follow_up=each, corrections=corrections.get(each.uuid, ())) for each in page.items])


async def correct_follow_up(
    work: UnitOfWork, *, uuid: UUID, seen: int | None, reason: str, facts: FollowUpFacts | None, desk: IntakeDesk
) -> FollowUp:
    """Whoever may change the lead tells a follow-up otherwise, or withdraws it (no `facts`); what stood before is kept.

    The first response is found anew among all that stand. Raises FollowUpNotFound, StaleVersion, FollowUpWithdrawn, and
    what the facts are refused for.
    """
    told = await follow_ups.get_follow_up(work, uuid, permission=WRITE)
    if seen is not None and told.version != seen:
        raise StaleVersion(resource=told.name)
    change = told.struck() if facts is None else told.corrected(facts, now=work.now)
    if not change.events:
        return told
    correction = Correction(before=told.facts, time=work.now, actor=work.principal.subject, reason=reason)
    follow_ups.keep_correction(work, told, correction)
    saved = work.save(RECORD, change)
    lead = await get_lead(work, told.lead, permission=WRITE)
    others = [each for each in await follow_ups.follow_ups_of(work, lead.uuid) if each.uuid != uuid]
    rules = (await desk.rulebook.current(work)).response
    await _answer(work, lead, first_response([*others, saved], rules), desk)
    return saved


def _earlier(counted: tuple[UUID, datetime], *, known: Lead) -> tuple[UUID, datetime]:
    """The earlier of an answer that is told now and the one the lead knows."""
    answer = known.response.answer if known.response else None
    return counted if answer is None or counted[1] < answer.time else (answer.follow_up, answer.time)


async def _answer(work: UnitOfWork, lead: Lead, first: tuple[UUID, datetime] | None, desk: IntakeDesk) -> None:
    """Keep the first response on the lead, where it is another than known so far."""
    briefing = await desk.brief(work)
    change = answered(lead, first, timetable=briefing.timetable)
    if change.events:
        saved = work.save(LEAD_RECORD, change)
        is_answer = isinstance(change.events[0], LeadResponded)
        write_notice(work, saved, NoticeKind.ANSWERED if is_answer else NoticeKind.REOPENED)
