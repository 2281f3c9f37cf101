"""Leads that are likely an existing customer's, in their table; a candidate is visible to whoever may see its lead."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, case, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.listing import Listing, Order, Page, PageRequest, choice, fraction, instant, read_page, reference
from chassis.scope import scope
from chassis.work import Read, UnitOfWork
from chassis.work.flush import LostRace
from services.leads.domain.account_candidates import (
    AccountCandidate,
    AccountCandidateNotFound,
    AccountMatch,
    CandidateState,
    Found,
)
from services.leads.domain.duplicate_pairs import Judgement
from services.leads.domain.lead_state import OPEN_STATES
from services.leads.storage.account_candidate_tables import ACCOUNT_CANDIDATES as CANDIDATES
from services.leads.storage.account_candidate_tables import ACCOUNT_MARKS
from services.leads.storage.families import family_of, standing_for
from services.leads.storage.lead_collaborators import SHARED_LEADS
from services.leads.storage.reasons import reasons_from_json, reasons_to_json
from services.leads.storage.tables import LEAD_IDENTITIES, LEADS

Connection = AsyncConnection
_OPEN = CANDIDATES.c.state == CandidateState.OPEN.value
# An open one is about the lead that stands for the one it was found of, and nobody's question once that is closed.
_MEANT = case((_OPEN, func.coalesce(LEAD_IDENTITIES.c.stands_for, CANDIDATES.c.lead)), else_=CANDIDATES.c.lead)
_CANDIDATES = (
    select(CANDIDATES, LEADS.c.uuid.label("lead_meant"), LEADS.c.company_name.label("lead_name"))
    .outerjoin(LEAD_IDENTITIES, LEAD_IDENTITIES.c.lead == CANDIDATES.c.lead)
    .join(LEADS, LEADS.c.uuid == _MEANT)
    .where(or_(~_OPEN, LEADS.c.state.in_([state.value for state in OPEN_STATES])))
)
LISTING = Listing(
    fields={
        "state": choice(
            CANDIDATES.c.state, {f"ACCOUNT_CANDIDATE_STATE_{each.name}": each.value for each in CandidateState}
        ),
        "lead": reference(LEADS.c.uuid, "leads"),
        "score": fraction(CANDIDATES.c.score),
        "create_time": instant(CANDIDATES.c.create_time),
    },
    orders={
        "create_time": Order(CANDIDATES.c.create_time, datetime.fromisoformat),
        "score": Order(CANDIDATES.c.score, float),
    },
    order_by="create_time desc",
    tie=CANDIDATES.c.uuid,
)


def mark_for_accounts(work: UnitOfWork, lead: UUID) -> None:
    """Gather that a lead is to be compared with the accounts."""
    work.insert(ACCOUNT_MARKS, {"uuid": work.new_id(), "lead": lead})


async def marked_for_accounts(read: Read, *, most: int) -> Mapping[UUID, UUID]:
    """The oldest marks with their leads."""
    oldest = select(ACCOUNT_MARKS.c.uuid, ACCOUNT_MARKS.c.lead).order_by(ACCOUNT_MARKS.c.uuid).limit(most)
    return {row.uuid: row.lead for row in await read.connection.execute(oldest)}


async def take_marks(work: UnitOfWork, marks: Collection[UUID]) -> frozenset[UUID]:
    """The leads of those marks that nobody else has taken; the rows are gone with this unit of work."""
    await work.begin()
    taken = delete(ACCOUNT_MARKS).where(ACCOUNT_MARKS.c.uuid.in_(marks)).returning(ACCOUNT_MARKS.c.lead)
    return frozenset(await work.connection.scalars(taken))


async def list_page(read: Read, wanted: PageRequest, *, permission: str) -> Page[AccountCandidate]:
    """A page of the candidates of leads the reader may see."""
    page = await read_page(read.connection, _seen(read, permission), LISTING, wanted)
    return page.of([_from_row(row) for row in page.items])


async def get_candidate(read: Read, uuid: UUID, *, permission: str) -> AccountCandidate:
    """The candidate, where the reader's permission reaches its lead; raises AccountCandidateNotFound."""
    statement = _seen(read, permission).where(CANDIDATES.c.uuid == uuid)
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise AccountCandidateNotFound(candidate=f"accountCandidates/{uuid}")
    return _from_row(row)


async def candidates_of(read: Read, leads: Collection[UUID]) -> Mapping[UUID, Sequence[AccountCandidate]]:
    """All that was found of each lead and of those merged into it; the caller has checked that they may be seen."""
    family = await family_of(read, *leads)
    statement = select(CANDIDATES, CANDIDATES.c.lead.label("lead_meant")).where(CANDIDATES.c.lead.in_(sorted(family)))
    rows = (await read.connection.execute(statement.order_by(CANDIDATES.c.create_time, CANDIDATES.c.uuid))).mappings()
    found = [_from_row(row) for row in rows]
    stands = await standing_for(read, {each.lead for each in found})
    told: dict[UUID, list[AccountCandidate]] = {lead: [] for lead in leads}
    for each in found:
        told.setdefault(stands.get(each.lead, each.lead), []).append(each)
    return told


async def linked_account(read: Read, lead: UUID) -> UUID | None:
    """The account that somebody said the lead is; of several in its family the one said last."""
    found = (await candidates_of(read, [lead]))[lead]
    links = [each for each in found if each.state is CandidateState.LINKED and each.judgement is not None]
    last = max(links, key=lambda each: (each.judgement.time, each.uuid) if each.judgement else (), default=None)
    return last.account if last else None


async def keep_found(work: UnitOfWork, lead: UUID, found: Found) -> None:
    """Write what a comparison of a lead says now in the place of what waited; what somebody judged stays."""
    for match in found.new:
        work.insert(CANDIDATES, _new_row(work, lead, match))
    for each in found.changed:
        again = update(CANDIDATES).where(CANDIDATES.c.uuid == each.uuid, _OPEN)
        await work.connection.execute(again.values(score=each.score, reasons=reasons_to_json(each.reasons)))
    if found.gone:
        await forget_open(work, [each.uuid for each in found.gone])


async def keep_judgement(work: UnitOfWork, judged: AccountCandidate, *, before: CandidateState) -> None:
    """Mark the candidate; raises LostRace when somebody else has marked it since it was read."""
    judgement = judged.judgement
    assert judgement is not None  # noqa: S101 - tells the type checker what judging just did
    await work.begin()
    values = {"judge": judgement.judge, "judge_name": judgement.judge_name, "judge_time": judgement.time}
    unmarked = update(CANDIDATES).where(CANDIDATES.c.uuid == judged.uuid, CANDIDATES.c.state == before.value)
    marked = await work.connection.execute(unmarked.values(state=judged.state.value, **values))
    if not marked.rowcount:
        raise LostRace


async def forget_open(work: UnitOfWork, candidates: Collection[UUID]) -> None:
    """Take those away that nobody has judged."""
    await work.begin()
    await work.connection.execute(delete(CANDIDATES).where(CANDIDATES.c.uuid.in_(candidates), _OPEN))


async def forget_common(work: UnitOfWork, lead: UUID) -> None:
    """Erase what a lead has in common with accounts: it may name its words."""
    await work.connection.execute(update(CANDIDATES).where(CANDIDATES.c.lead == lead).values(reasons=[]))


def _new_row(work: UnitOfWork, lead: UUID, match: AccountMatch) -> Mapping[str, object]:
    return {
        "uuid": work.new_id(),
        "lead": lead,
        "account": match.account,
        "score": match.score,
        "reasons": reasons_to_json(match.reasons),
        "state": CandidateState.OPEN.value,
        "create_time": work.now,
    }


def _seen(read: Read, permission: str) -> Select[Any]:
    shared = SHARED_LEADS.at(read.now)
    return scope(_CANDIDATES, LEADS, principal=read.principal, permission=permission, shared=shared)


def _from_row(row: RowMapping) -> AccountCandidate:
    judgement = (
        Judgement(judge=row["judge"], judge_name=row["judge_name"], time=row["judge_time"])
        if row["judge_time"]
        else None
    )
    return AccountCandidate(
        uuid=row["uuid"],
        lead=row["lead_meant"],
        lead_name=row.get("lead_name", ""),
        account=row["account"],
        score=row["score"],
        reasons=reasons_from_json(row["reasons"]),
        create_time=row["create_time"],
        state=CandidateState(row["state"]),
        judgement=judgement,
    )
