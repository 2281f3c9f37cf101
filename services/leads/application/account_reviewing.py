"""Reviewing leads that are likely an existing customer's (已有客户复核)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.work import Read, UnitOfWork
from kernel.events import Change
from services.leads.application.capture import WRITE
from services.leads.application.intake import IntakeDesk
from services.leads.application.qualifying import disqualify
from services.leads.application.reading import READ
from services.leads.application.writing import lead_to_write
from services.leads.domain.account_candidates import (
    AccountCandidate,
    AccountCandidateNotFound,
    AccountCandidateUnseen,
    CandidateState,
    DescribedAccount,
    linked,
    refused,
)
from services.leads.domain.duplicate_pairs import Judgement
from services.leads.domain.lead import Lead
from services.leads.storage import account_candidates as candidates
from services.leads.storage.leads import RECORD

Described = Mapping[UUID, DescribedAccount]


async def list_candidates(read: Read, *, wanted: PageRequest) -> Page[AccountCandidate]:
    """What a lead is likely of shows itself to those who may see the lead; which account, to those who see that too."""
    return await candidates.list_page(read, wanted, permission=READ)


async def candidate_to_judge(read: Read, *, uuid: UUID) -> AccountCandidate:
    """The candidate that somebody who may change its lead is about to judge. Raises AccountCandidateNotFound."""
    return await candidates.get_candidate(read, uuid, permission=WRITE)


async def link_candidate(
    work: UnitOfWork, *, uuid: UUID, described: Described, code: str, note: str, desk: IntakeDesk
) -> AccountCandidate:
    """Somebody who may change the lead and sees the account says that it is its customer; others leave the queue.

    With a `code` the lead is judged not worth selling to at once. Raises AccountCandidateNotFound,
    AccountCandidateUnseen, AccountCandidateJudged, LeadCannotBeJudged, DisqualifyReasonUnknown.
    """
    judged = await _judge(work, uuid, CandidateState.LINKED, described, by=linked)
    if code:
        await work.flush()
        lead = await lead_to_write(work, uuid=judged.lead, seen=None)
        work.save(RECORD, disqualify(work, await desk.brief(work), lead, code=code, note=note))
    others = (await candidates.candidates_of(work, [judged.lead]))[judged.lead]
    await candidates.forget_open(work, [each.uuid for each in others])
    return judged


async def refuse_candidate(work: UnitOfWork, *, uuid: UUID, described: Described) -> AccountCandidate:
    """Somebody who may change the lead and sees the account says that they are two customers.

    Raises AccountCandidateNotFound, AccountCandidateUnseen, AccountCandidateJudged, LeadCannotBeJudged.
    """
    judged = await _judge(work, uuid, CandidateState.REFUSED, described, by=refused)
    others = (await candidates.candidates_of(work, [judged.lead]))[judged.lead]
    await candidates.forget_open(work, [each.uuid for each in others if each.account == judged.account])
    return judged


async def _judge(
    work: UnitOfWork,
    uuid: UUID,
    state: CandidateState,
    described: Described,
    *,
    by: Callable[..., Change[Lead]],
) -> AccountCandidate:
    candidate = await candidates.get_candidate(work, uuid, permission=WRITE)
    account = described.get(candidate.account)
    if account is None:
        raise AccountCandidateNotFound(candidate=f"accountCandidates/{uuid}")
    if not account.visible:
        raise AccountCandidateUnseen(team=account.team)
    judged = candidate.judged(state, _judgement(work, work.now))
    lead = await lead_to_write(work, uuid=candidate.lead, seen=None)
    work.save(RECORD, by(lead, candidate.account, now=work.now))
    await candidates.keep_judgement(work, judged, before=candidate.state)
    return judged


def _judgement(work: UnitOfWork, now: datetime) -> Judgement:
    who = work.principal
    return Judgement(judge=who.subject, judge_name=who.display_name or who.subject, time=now)
