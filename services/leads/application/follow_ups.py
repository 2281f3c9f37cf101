"""Following leads up (跟进记录), and what of it answers the customer (首次响应)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.work import Read, UnitOfWork
from kernel.errors import StaleVersion
from kernel.events import Change
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
from services.leads.domain.recycling_leads import extended, extension, further
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
    rules = await desk.rulebook.current(work)
    counted = first_response([told], rules.response)
    if counted is not None or rules.recycling.count(told):
        first = _earlier(counted, known=found) if counted else _known_answer(found)
        await _heard(work, found, first, [told], desk, anew=False)
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
    stand = [*others, saved]
    await _heard(work, lead, first_response(stand, rules), stand, desk, anew=True)
    return saved


def _known_answer(lead: Lead) -> tuple[UUID, datetime] | None:
    """The first response the lead knows."""
    answer = lead.response.answer if lead.response else None
    return (answer.follow_up, answer.time) if answer else None


def _earlier(counted: tuple[UUID, datetime], *, known: Lead) -> tuple[UUID, datetime]:
    """The earlier of an answer that is told now and the one the lead knows."""
    answer = _known_answer(known)
    return counted if answer is None or counted[1] < answer[1] else answer


async def _heard(
    work: UnitOfWork,
    lead: Lead,
    first: tuple[UUID, datetime] | None,
    told: Sequence[FollowUp],
    desk: IntakeDesk,
    *,
    anew: bool,
) -> None:
    """Keep on the lead its first response, and until when it stays with its owner, where they are others than so far.

    `told` are all follow-ups of the lead where its time is found `anew`, else those that come to what it knows.
    """
    briefing = await desk.brief(work)
    timetable = briefing.timetable
    last = extension(lead, told, briefing.rules.recycling, timetable=timetable)
    if not anew:
        last = further(lead, last, timetable=timetable)
    same = first == _known_answer(lead)
    answer: Change[Lead] = Change(lead, ()) if same else answered(lead, first, timetable=timetable)
    change = answer.then(lambda lead: extended(lead, last, timetable=timetable))
    if change.events:
        saved = work.save(LEAD_RECORD, change)
        if answer.events:
            is_answer = isinstance(answer.events[0], LeadResponded)
            write_notice(work, saved, NoticeKind.ANSWERED if is_answer else NoticeKind.REOPENED)
