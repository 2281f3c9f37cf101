"""Pairs waiting for a look, in their table; a pair is visible to whoever may see both of its leads."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    FromClause,
    RowMapping,
    Select,
    Uuid,
    bindparam,
    case,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.listing import Listing, Order, Page, PageRequest, choice, instant, read_page, reference, truth
from chassis.scope import visible
from chassis.work import Read, UnitOfWork
from chassis.work.flush import LostRace
from services.leads.domain.duplicate_pairs import DuplicatePair, DuplicatePairNotFound, Judgement, PairState
from services.leads.domain.merge_record import Merged
from services.leads.storage.merge_tables import LEAD_MERGES
from services.leads.storage.reasons import reasons_from_json
from services.leads.storage.tables import DUPLICATE_CANDIDATES as PAIRS
from services.leads.storage.tables import LEAD_IDENTITIES, LEADS

_NEWER, _KNOWN = LEADS.alias("newer"), LEADS.alias("known")
_OF_NEWER, _OF_KNOWN = LEAD_IDENTITIES.alias("of_newer"), LEAD_IDENTITIES.alias("of_known")


def _meant(found: ColumnElement[UUID], identity: FromClause) -> ColumnElement[UUID]:
    """The lead a pair is about: while it is open the one that stands for whom was found, then whom was judged."""
    is_open = PAIRS.c.state == PairState.OPEN.value
    return case((is_open, func.coalesce(identity.c.stands_for, found)), else_=found)


_PAIRS = (
    select(
        PAIRS,
        _NEWER.c.uuid.label("lead_meant"),
        _KNOWN.c.uuid.label("other_meant"),
        _NEWER.c.company_name.label("lead_name"),
        _KNOWN.c.company_name.label("other_name"),
        LEAD_MERGES.c.survivor,
    )
    .outerjoin(LEAD_MERGES, LEAD_MERGES.c.uuid == PAIRS.c.merge)
    .outerjoin(_OF_NEWER, _OF_NEWER.c.lead == PAIRS.c.lead)
    .outerjoin(_OF_KNOWN, _OF_KNOWN.c.lead == PAIRS.c.other)
    .join(_NEWER, _NEWER.c.uuid == _meant(PAIRS.c.lead, _OF_NEWER))
    .join(_KNOWN, _KNOWN.c.uuid == _meant(PAIRS.c.other, _OF_KNOWN))
    .where(_NEWER.c.uuid != _KNOWN.c.uuid)
)
_SETTLE = text(
    "with found as (select uuid, state from duplicate_candidates where lead = any(:leads) and other = any(:leads) "
    "and merge is null for update) "
    "update duplicate_candidates p set merge = :merge, "
    "state = case when f.state = 'open' then 'confirmed' else f.state end, "
    "judge = case when f.state = 'open' then :judge else judge end, "
    "judge_name = case when f.state = 'open' then :judge_name else judge_name end, "
    "judge_time = case when f.state = 'open' then :time else judge_time end "
    "from found f where p.uuid = f.uuid returning p.uuid, f.state = 'open' as settled"
).bindparams(
    bindparam("leads", type_=ARRAY(Uuid)),
    bindparam("merge", type_=Uuid),
    bindparam("time", type_=DateTime(timezone=True)),
)
LISTING = Listing(
    fields={
        "merged": truth(PAIRS.c.merge.is_not(None)),
        "state": choice(PAIRS.c.state, {f"DUPLICATE_PAIR_STATE_{each.name}": each.value for each in PairState}),
        "lead": reference(PAIRS.c.lead, "leads"),
        "other": reference(PAIRS.c.other, "leads"),
        "create_time": instant(PAIRS.c.create_time),
    },
    orders={
        "create_time": Order(PAIRS.c.create_time, datetime.fromisoformat),
        "score": Order(PAIRS.c.score, float),
    },
    order_by="create_time desc",
    tie=PAIRS.c.uuid,
)


async def list_page(read: Read, wanted: PageRequest, *, permission: str) -> Page[DuplicatePair]:
    """A page of the pairs of which the reader may see both leads."""
    page = await read_page(read.connection, _seen(read, permission), LISTING, wanted)
    return page.of([_from_row(row) for row in page.items])


async def get_pair(read: Read, uuid: UUID, *, permission: str) -> DuplicatePair:
    """The pair, where the reader's permission reaches both leads; raises DuplicatePairNotFound."""
    statement = _seen(read, permission).where(PAIRS.c.uuid == uuid)
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise DuplicatePairNotFound(pair=f"duplicateCandidates/{uuid}")
    return _from_row(row)


async def open_pairs_of(read: Read, lead: UUID, *, permission: str) -> Sequence[DuplicatePair]:
    """The pairs a lead is in that wait for a look, of which the reader's permission reaches both leads."""
    of_lead = or_(_NEWER.c.uuid == lead, _KNOWN.c.uuid == lead)
    statement = _seen(read, permission).where(of_lead, PAIRS.c.state == PairState.OPEN.value)
    return [_from_row(row) for row in (await read.connection.execute(statement)).mappings()]


async def judged_pairs(read: Read, lead: UUID, *, permission: str, most: int) -> list[DuplicatePair]:
    """So many of the pairs of a lead that somebody has judged, the newest first, of which the reader may see both."""
    of_lead = or_(PAIRS.c.lead == lead, PAIRS.c.other == lead)
    judged = _seen(read, permission).where(of_lead, PAIRS.c.state != PairState.OPEN.value)
    rows = await read.connection.execute(judged.order_by(PAIRS.c.judge_time.desc(), PAIRS.c.uuid).limit(most))
    return [_from_row(row) for row in rows.mappings()]


async def settle_pairs(work: UnitOfWork, leads: Collection[UUID], *, merge: UUID, by: Judgement) -> tuple[UUID, ...]:
    """Pairs of leads that have become one are settled by that; which of them had waited for a look."""
    await work.begin()
    values = {"judge": by.judge, "judge_name": by.judge_name, "time": by.time}
    rows = await work.connection.execute(_SETTLE, {"leads": list(leads), "merge": merge, **values})
    return tuple(row.uuid for row in rows if row.settled)


async def unsettle_pairs(work: UnitOfWork, *, merge: UUID, settled: Collection[UUID]) -> None:
    """Pairs that a merge settled wait for a look again; the others stay as they were judged."""
    await work.begin()
    of_merge = PAIRS.c.merge == merge
    nobody = {"judge": None, "judge_name": None, "judge_time": None}
    again = update(PAIRS).where(of_merge, PAIRS.c.uuid.in_(settled)).values(state=PairState.OPEN.value, **nobody)
    await work.connection.execute(again)
    await work.connection.execute(update(PAIRS).where(of_merge).values(merge=None))


async def keep_judgement(work: UnitOfWork, pair: DuplicatePair) -> None:
    """Mark the pair; raises LostRace when somebody else has marked it since it was read."""
    judgement = pair.judgement
    assert judgement is not None  # noqa: S101 - tells the type checker what judging just did
    values = {"judge": judgement.judge, "judge_name": judgement.judge_name, "judge_time": judgement.time}
    unmarked = update(PAIRS).where(PAIRS.c.uuid == pair.uuid, PAIRS.c.state == PairState.OPEN.value)
    marked = await work.connection.execute(unmarked.values(state=pair.state.value, **values))
    if not marked.rowcount:
        raise LostRace


def _seen(read: Read, permission: str) -> Select[Any]:
    both = (visible(each, principal=read.principal, permission=permission) for each in (_NEWER, _KNOWN))
    return _PAIRS.where(*both)


def _from_row(row: RowMapping) -> DuplicatePair:
    judgement = (
        Judgement(judge=row["judge"], judge_name=row["judge_name"], time=row["judge_time"])
        if row["judge_time"]
        else None
    )
    return DuplicatePair(
        uuid=row["uuid"],
        lead=row["lead_meant"],
        lead_name=row["lead_name"],
        other=row["other_meant"],
        other_name=row["other_name"],
        other_found=row["other"],
        score=row["score"],
        reasons=reasons_from_json(row["reasons"]),
        create_time=row["create_time"],
        state=PairState(row["state"]),
        judgement=judgement,
        merge=Merged(into=row["survivor"], merge=row["merge"]) if row["merge"] else None,
    )
