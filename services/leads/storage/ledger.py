"""The ledger of decisions: who got which lead, what was attached to what, what waits for a look."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import RowMapping, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.listing import Listing, Order, Page, PageRequest, instant, read_page, reference
from chassis.work import Read, UnitOfWork
from services.leads.domain.assignment import AssignmentDecision, Weighed
from services.leads.domain.assignment_record import LedgerEntry
from services.leads.domain.board import PassedOver, Salesperson
from services.leads.domain.facts import LeadFacts
from services.leads.domain.lead import Grade, Lead
from services.leads.domain.resemblance import Resemblance
from services.leads.storage.leads import facts_to_row
from services.leads.storage.reasons import reasons_from_json, reasons_to_json
from services.leads.storage.tables import ASSIGNMENTS, DUPLICATE_CANDIDATES, MEMBER_LOADS, TOUCHES

LISTING = Listing(
    fields={"time": instant(ASSIGNMENTS.c.time), "member": reference(ASSIGNMENTS.c.member, "members")},
    orders={"time": Order(ASSIGNMENTS.c.time, datetime.fromisoformat)},
    order_by="time desc",
    tie=ASSIGNMENTS.c.uuid,
)
_FOLD = text(
    "with few as (select uuid from member_loads order by uuid limit 20000), "
    "old as (delete from member_loads where uuid in (select uuid from few) returning *) "
    "insert into member_loads (uuid, member, day, open_leads, given_leads) "
    "select (array_agg(uuid order by uuid))[1], member, day, sum(open_leads), sum(given_leads) "
    "from old group by member, day"
)


def write_assignment(
    work: UnitOfWork, *, lead: Lead, decision: AssignmentDecision, rules_version: int, skill: str, today: date
) -> None:
    """Gather the decision about a lead's owner, and the load it puts on the member."""
    chosen = decision.chosen
    candidates = [
        [person.member, round(score, 6), outcome.value, person.open_leads, person.recent_leads, person.capacity]
        for person, score, outcome in decision.weighed
    ]
    others = {outcome.value: count for outcome, count in decision.others.items()}
    work.insert(
        ASSIGNMENTS,
        {
            "uuid": work.new_id(),
            "lead": lead.uuid,
            "member": chosen.member if chosen else None,
            "time": work.now,
            "rules": rules_version,
            "grade": lead.grade.value,
            "region": lead.region,
            "skill": skill,
            "reasons": reasons_to_json(decision.reasons),
            "candidates": {"listed": candidates, "others": others},
        },
    )
    if chosen:
        work.add(MEMBER_LOADS, {"member": chosen.member, "day": today}, {"open_leads": 1, "given_leads": 1})


def write_handover(work: UnitOfWork, *, lead: Lead, rules_version: int, today: date) -> None:
    """Gather that a person gave the lead to its owner, for the lead's own reasons: nobody else was weighed."""
    chosen = Salesperson(member=lead.owner, team=lead.team) if lead.owner else None
    decision = AssignmentDecision(
        chosen=chosen, no_senior_free=False, reasons=lead.owner_reasons, weighed=(), others={}
    )
    write_assignment(
        work, lead=lead, decision=decision, rules_version=rules_version, skill=lead.facts.industry, today=today
    )


def write_closed(work: UnitOfWork, *, owner: UUID, today: date) -> None:
    """Gather that a lead of a member needs no more work: his load is one less."""
    work.add(MEMBER_LOADS, {"member": owner, "day": today}, {"open_leads": -1, "given_leads": 0})


def write_taken_back(work: UnitOfWork, *, owner: UUID, day: date) -> None:
    """Gather that a lead given to a member on a day should never have been: neither his load nor his share."""
    work.add(MEMBER_LOADS, {"member": owner, "day": day}, {"open_leads": -1, "given_leads": -1})


def write_reopened(work: UnitOfWork, *, owner: UUID, today: date) -> None:
    """Gather that a member has a lead to work again that he had before: it is no new one."""
    work.add(MEMBER_LOADS, {"member": owner, "day": today}, {"open_leads": 1, "given_leads": 0})


def write_touch(work: UnitOfWork, *, lead: UUID, told: LeadFacts, why: Resemblance, rules_version: int) -> UUID:
    """Gather a contact of a known customer, with everything it told as it was told; its id."""
    touch = work.new_id()
    work.insert(
        TOUCHES,
        {
            "uuid": touch,
            "lead": lead,
            "time": work.now,
            "actor": work.principal.subject,
            "channel": told.channel,
            "campaign": told.campaign,
            "score": why.score,
            "reasons": reasons_to_json(why.reasons),
            "rules": rules_version,
            "told": facts_to_row(told),
        },
    )
    return touch


def write_review(work: UnitOfWork, *, lead: UUID, hint: Resemblance, rules_version: int) -> None:
    """Gather a pair that somebody should look at."""
    work.insert(
        DUPLICATE_CANDIDATES,
        {
            "uuid": work.new_id(),
            "lead": lead,
            "other": hint.lead,
            "score": hint.score,
            "reasons": reasons_to_json(hint.reasons),
            "rules": rules_version,
            "state": "open",
            "create_time": work.now,
        },
    )


async def read_loads(read: Read, *, since: date) -> Mapping[UUID, tuple[int, int]]:
    """How many open leads each member has, and how many he got since a day."""
    recent = func.coalesce(func.sum(MEMBER_LOADS.c.given_leads).filter(MEMBER_LOADS.c.day >= since), 0)
    statement = select(MEMBER_LOADS.c.member, func.sum(MEMBER_LOADS.c.open_leads), recent).group_by(
        MEMBER_LOADS.c.member
    )
    return {member: (open_leads, given) for member, open_leads, given in await read.connection.execute(statement)}


async def fold_loads(connection: AsyncConnection, _now: datetime) -> int:
    """Fold the load changes of a member and day into one row; the sums stay what they were."""
    return (await connection.execute(_FOLD)).rowcount


async def list_page(read: Read, wanted: PageRequest, *, leads: Collection[UUID]) -> Page[LedgerEntry]:
    """A page of the decisions about the owners of a customer's leads; the caller has checked that they may be seen."""
    statement = select(ASSIGNMENTS).where(ASSIGNMENTS.c.lead.in_(leads))
    page = await read_page(read.connection, statement, LISTING, wanted)
    return page.of([entry_of(row) for row in page.items])


async def newest_assignments(read: Read, leads: Collection[UUID], *, most: int) -> Sequence[LedgerEntry]:
    """So many decisions about the owners of a customer's leads; the caller has checked that they may be seen."""
    newest = select(ASSIGNMENTS).where(ASSIGNMENTS.c.lead.in_(leads)).order_by(ASSIGNMENTS.c.time.desc())
    statement = newest.limit(most)
    return [entry_of(row) for row in (await read.connection.execute(statement)).mappings()]


def entry_of(row: RowMapping) -> LedgerEntry:
    """The decision in a row."""
    listed = row["candidates"]["listed"]
    return LedgerEntry(
        time=row["time"],
        member=row["member"],
        rules=row["rules"],
        grade=Grade(row["grade"]),
        region=row["region"],
        skill=row["skill"],
        reasons=reasons_from_json(row["reasons"]),
        candidates=tuple(
            Weighed(
                person=Salesperson(
                    member=UUID(member), open_leads=open_leads, recent_leads=recent_leads, capacity=capacity
                ),
                score=score,
                outcome=PassedOver(outcome),
            )
            for member, score, outcome, open_leads, recent_leads, capacity in listed
        ),
        others={PassedOver(outcome): count for outcome, count in row["candidates"]["others"].items()},
    )
