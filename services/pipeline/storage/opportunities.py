"""Opportunities in their table, with their stage history and what a board sums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.prepared import Prepared, PreparedFor
from chassis.principal import Principal
from chassis.scope import scope
from chassis.work import Read, Record, UnitOfWork
from kernel.events import Change
from services.pipeline.domain.opportunity import Opportunity, OpportunityLost, OpportunityMoved, OpportunitySettled
from services.pipeline.domain.opportunity_refusals import OpportunityNotFound
from services.pipeline.domain.sales_process import SalesProcess
from services.pipeline.storage.account_profiles import profile_soon
from services.pipeline.storage.ended_opportunities import EndedWithOwn
from services.pipeline.storage.opportunity_rows import from_row, to_row
from services.pipeline.storage.opportunity_tables import (
    BOARD_ENTRIES,
    OPPORTUNITIES,
    SALES_PROCESSES,
    STAGE_VISITS,
)
from services.pipeline.storage.sales_processes import process_from_row, shipped_processes
from services.pipeline.storage.win_chances import CHANCES, write_first_chance

RECORD: Record[Opportunity] = Record(kind="opportunity", collection="opportunities", table=OPPORTUNITIES, row=to_row)
_PREFIX = "process_"
_SUMMED = ("opportunities", "amount_minor", "weighted_minor")
_FOLD = text(
    # Only places that more than one row tells of, or whose sum is nothing: an idle house writes nothing.
    "with few as (select array_agg(uuid) as uuids from board_entries "
    "group by owner, team, region, sales_process, stage, state, currency, counts having count(*) > 1 "
    "or (sum(opportunities) = 0 and sum(amount_minor) = 0 and sum(weighted_minor) = 0) limit 2000), "
    "old as (delete from board_entries where uuid in (select unnest(uuids) from few) returning *) "
    "insert into board_entries (uuid, owner, team, region, sales_process, stage, state, currency, counts, "
    "opportunities, amount_minor, weighted_minor) "
    "select (array_agg(uuid order by uuid))[1], owner, team, region, sales_process, stage, state, currency, counts, "
    "sum(opportunities), sum(amount_minor), sum(weighted_minor) "
    "from old group by owner, team, region, sales_process, stage, state, currency, counts "
    "having sum(opportunities) <> 0 or sum(amount_minor) <> 0 or sum(weighted_minor) <> 0"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageVisit:
    """One stay in a stage (阶段停留); `move` tells how it was left, None while it goes on."""

    stage: str
    kind: str
    entered_time: datetime
    left_time: datetime | None
    move: str
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardSum:
    """What stands in one stage, in one currency: how many, what they are worth, and that weighed by probability.

    And the same of those that count in the funnel.
    """

    sales_process: UUID
    stage: str
    state: str
    currency: str
    opportunities: int
    amount_minor: int
    weighted_minor: int
    counting: int
    counting_minor: int
    counting_weighted_minor: int


def keep(work: UnitOfWork, change: Change[Opportunity], *, before: Opportunity | None) -> Opportunity:
    """Save a change with the stays it ended and the difference it makes on the board: all in one flush.

    What changed is scored anew.
    What follows from another state for the account is found a moment later.
    """
    for event in change.events:
        if isinstance(event, OpportunityMoved):
            _leave(work, change.aggregate, event.left.visit, move=event.move.value, standing=event.left)
        elif isinstance(event, OpportunityLost | OpportunitySettled):
            ended = "lost" if isinstance(event, OpportunityLost) else "settled"
            _leave(work, change.aggregate, change.aggregate.standing.visit, move=ended)
    after = work.save(RECORD, change)
    _count(work, before, after)
    if before is None:
        write_first_chance(work, after)
    else:
        CHANCES.mark(work, after.uuid)
    if before is None or before.state is not after.state:
        profile_soon(work, after.account)
    return after


async def get_opportunity(read: Read, uuid: UUID, *, permission: str) -> Opportunity:
    """The opportunity, where the reader's permission reaches; raises OpportunityNotFound."""
    return (await get_with_process(read, uuid, permission=permission))[0]


async def get_with_process(read: Read, uuid: UUID, *, permission: str) -> tuple[Opportunity, SalesProcess]:
    """The opportunity and the process it follows, in one statement; raises OpportunityNotFound."""
    rows = await read.rows(_ONE(read.principal, permission), wanted=uuid)
    if not rows:
        raise OpportunityNotFound(opportunity=f"opportunities/{uuid}")
    row = rows[0]
    opportunity = from_row(row)
    written = row[f"{_PREFIX}uuid"] is not None
    process = process_from_row(row, prefix=_PREFIX) if written else shipped_processes()[opportunity.sales_process]
    return opportunity, process


async def opportunity_by_itself(read: Read, uuid: UUID) -> Opportunity:
    """The opportunity whoever asks, for what follows from a decision or an event; raises OpportunityNotFound."""
    rows = await read.rows(_ITSELF, wanted=uuid)
    if not rows:
        raise OpportunityNotFound(opportunity=f"opportunities/{uuid}")
    return from_row(rows[0])


async def held_opportunity(work: UnitOfWork, uuid: UUID) -> Opportunity | None:
    """The opportunity for what an event does to it, held until that is written; None for one that is not known."""
    await work.begin()
    rows = await work.rows(_HELD, wanted=uuid)
    return from_row(rows[0]) if rows else None


async def read_visits(read: Read, opportunity: Opportunity) -> Sequence[StageVisit]:
    """The stays of an opportunity, the present one last; the caller has checked that it may be seen."""
    statement = (
        select(STAGE_VISITS).where(STAGE_VISITS.c.opportunity == opportunity.uuid).order_by(STAGE_VISITS.c.visit)
    )
    rows = (await read.connection.execute(statement)).mappings().all()
    past = [
        StageVisit(
            stage=row["stage"],
            kind=row["stage_kind"],
            entered_time=row["entered_time"],
            left_time=row["left_time"],
            move=row["move"],
            actor=row["actor"],
        )
        for row in rows
    ]
    standing = opportunity.standing
    if rows and rows[-1]["visit"] == standing.visit:
        return past
    present = StageVisit(
        stage=standing.stage,
        kind=standing.kind.value,
        entered_time=standing.entered_time,
        left_time=None,
        move="",
        actor="",
    )
    return [*past, present]


async def summarize(
    read: Read, *, permission: str, owner: UUID | None, sales_process: UUID | None
) -> Sequence[BoardSum]:
    """The sums of a board over what the reader may see: read from a row for each owner and stage, not for each deal."""
    key = [BOARD_ENTRIES.c[name] for name in ("sales_process", "stage", "state", "currency")]
    sums = [func.sum(BOARD_ENTRIES.c[name]) for name in _SUMMED]
    counting = [func.coalesce(each.filter(BOARD_ENTRIES.c.counts), 0) for each in sums]
    statement = scope(select(*key, *sums, *counting), BOARD_ENTRIES, principal=read.principal, permission=permission)
    if owner is not None:
        statement = statement.where(BOARD_ENTRIES.c.owner == owner)
    if sales_process is not None:
        statement = statement.where(BOARD_ENTRIES.c.sales_process == sales_process)
    rows = await read.connection.execute(statement.group_by(*key).having(sums[0] != 0))
    return [
        BoardSum(
            sales_process=row[0],
            stage=row[1],
            state=row[2],
            currency=row[3],
            opportunities=int(row[4]),
            amount_minor=int(row[5]),
            weighted_minor=int(row[6]),
            counting=int(row[7]),
            counting_minor=int(row[8]),
            counting_weighted_minor=int(row[9]),
        )
        for row in rows
    ]


async def fold_board(connection: AsyncConnection, _now: datetime) -> int:
    """Fold the differences of one place of the board into one row; the sums stay what they were."""
    return (await connection.execute(_FOLD)).rowcount


def _leave(work: UnitOfWork, opportunity: Opportunity, visit: int, *, move: str, standing: Any = None) -> None:
    left = standing or opportunity.standing
    work.insert(
        STAGE_VISITS,
        {
            "opportunity": opportunity.uuid,
            "visit": visit,
            "stage": left.stage,
            "stage_kind": left.kind.value,
            "entered_time": left.entered_time,
            "left_time": work.now,
            "move": move,
            "actor": work.principal.subject,
        },
    )


def _count(work: UnitOfWork, before: Opportunity | None, after: Opportunity) -> None:
    was, is_now = (_board_row(before) if before else None), _board_row(after)
    if was == is_now:
        return
    for row, sign in ((was, -1), (is_now, 1)):
        if row is not None:
            worth = {name: sign * row[name] for name in _SUMMED}
            work.insert(BOARD_ENTRIES, {"uuid": work.new_id(), **row, **worth})


def _board_row(opportunity: Opportunity) -> Mapping[str, Any]:
    amount = opportunity.facts.amount
    return {
        "owner": opportunity.owner,
        "team": opportunity.team,
        "region": opportunity.region,
        "sales_process": opportunity.sales_process,
        "stage": opportunity.standing.stage,
        "state": opportunity.state.value,
        "currency": amount.currency if amount else "",
        "counts": opportunity.counts,
        "opportunities": 1,
        "amount_minor": amount.minor if amount else 0,
        "weighted_minor": opportunity.weighted_minor,
    }


def _one(principal: Principal, permission: str) -> Select[Any]:
    process = (column.label(f"{_PREFIX}{column.name}") for column in SALES_PROCESSES.c)
    joined = OPPORTUNITIES.outerjoin(SALES_PROCESSES, SALES_PROCESSES.c.uuid == OPPORTUNITIES.c.sales_process)
    statement = select(OPPORTUNITIES, *process).select_from(joined).where(OPPORTUNITIES.c.uuid == bindparam("wanted"))
    return scope(statement, OPPORTUNITIES, principal=principal, permission=permission, shared=EndedWithOwn())


_ONE = PreparedFor(_one)
_ITSELF = Prepared(select(OPPORTUNITIES).where(OPPORTUNITIES.c.uuid == bindparam("wanted")))
_HELD = Prepared(select(OPPORTUNITIES).where(OPPORTUNITIES.c.uuid == bindparam("wanted")).with_for_update())
