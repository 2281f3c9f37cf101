"""Pairs waiting for a look, in their table; a pair is visible to whoever may see both of its leads."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, select, update

from chassis.listing import Listing, Order, Page, PageRequest, choice, instant, read_page, reference
from chassis.scope import visible
from chassis.work import Read, UnitOfWork
from chassis.work.flush import LostRace
from services.leads.domain.duplicate_pairs import DuplicatePair, DuplicatePairNotFound, Judgement, PairState
from services.leads.storage.reasons import reasons_from_json
from services.leads.storage.tables import DUPLICATE_CANDIDATES as PAIRS
from services.leads.storage.tables import LEADS

_NEWER, _KNOWN = LEADS.alias("newer"), LEADS.alias("known")
_PAIRS = (
    select(PAIRS, _NEWER.c.company_name.label("lead_name"), _KNOWN.c.company_name.label("other_name"))
    .join(_NEWER, _NEWER.c.uuid == PAIRS.c.lead)
    .join(_KNOWN, _KNOWN.c.uuid == PAIRS.c.other)
)
LISTING = Listing(
    fields={
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
        lead=row["lead"],
        lead_name=row["lead_name"],
        other=row["other"],
        other_name=row["other_name"],
        score=row["score"],
        reasons=reasons_from_json(row["reasons"]),
        create_time=row["create_time"],
        state=PairState(row["state"]),
        judgement=judgement,
    )
