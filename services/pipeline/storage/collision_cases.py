"""Cases of collisions in their tables: seen by whoever reaches one of the sides."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Select, and_, false, not_, or_, select

from chassis.listing import Listing, Order, Page, PageRequest, choice, instant, read_page, reference
from chassis.principal import Principal, Scope
from chassis.scope import visible
from chassis.work import Read, Record, UnitOfWork
from kernel.events import Change
from services.pipeline.domain.collision_case import WAITING, CollisionCase, CollisionOrigin, CollisionState
from services.pipeline.domain.collision_refusals import CollisionCaseNotFound
from services.pipeline.domain.collision_rules import Precedent
from services.pipeline.domain.collision_verdict import Side
from services.pipeline.storage.collision_rows import PREFIXES, from_row, pair, side_to_row, to_row
from services.pipeline.storage.collision_tables import COLLISION_CASES, COLLISION_SIDES

RECORD: Record[CollisionCase] = Record(
    kind="collision_case", collection="collisionCases", table=COLLISION_CASES, row=to_row
)
READ, DECIDE = "pipeline.read", "pipeline.approve"
_C = COLLISION_CASES.c
_SIDES: dict[Side, FromClause] = {side: COLLISION_SIDES.alias(side.value) for side in Side}
_CLAIMANT, _HOLDER = _SIDES[Side.CLAIMANT].c, _SIDES[Side.HOLDER].c


def keep_opened(work: UnitOfWork, change: Change[CollisionCase]) -> CollisionCase:
    """Write a new case with both of its sides."""
    opened = work.save(RECORD, change)
    for side in Side:
        work.insert(COLLISION_SIDES, side_to_row(opened, side))
    return opened


async def get_case(read: Read, uuid: UUID, *, hold: bool = False) -> CollisionCase:
    """The case, for whoever reaches one of its sides; held, nobody else changes it. Raises CollisionCaseNotFound."""
    statement = _seen(read.principal).where(_C.uuid == uuid)
    if hold:
        statement = statement.with_for_update(of=COLLISION_CASES)
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise CollisionCaseNotFound(collision_case=f"collisionCases/{uuid}")
    return from_row(row)


async def list_cases(read: Read, wanted: PageRequest, *, awaiting: bool) -> Page[CollisionCase]:
    """A page of the cases of which the reader reaches a side; with `awaiting` only what waits for his decision."""
    statement = _seen(read.principal)
    if awaiting:
        statement = statement.where(_awaits(read.principal))
    page = await read_page(read.connection, statement, _LISTING, wanted)
    return page.of([from_row(row) for row in page.items])


async def newest_seen_whole(read: Read, *, most: int) -> Sequence[CollisionCase]:
    """The newest cases of which the reader reaches both sides."""
    statement = _both().where(_reached(read.principal, READ)).order_by(_C.create_time.desc(), _C.uuid).limit(most)
    return [from_row(row) for row in (await read.connection.execute(statement)).mappings()]


async def last_case_between(
    work: UnitOfWork, one: UUID, other: UUID, *, account: UUID | None, registrations: Sequence[UUID]
) -> CollisionCase | None:
    """The newest case of two members about one customer, whoever of them claimed; None where there is none.

    A customer who was no account yet when it was opened is known by the registrations.
    """
    same = or_(
        and_(_C.account.is_not(None), _C.account == account),
        _CLAIMANT.registration.in_(registrations),
        _HOLDER.registration.in_(registrations),
    )
    statement = _both().where(_C.pair == pair(one, other), same).order_by(_C.create_time.desc()).limit(1)
    row = (await work.connection.execute(statement)).mappings().one_or_none()
    return from_row(row) if row else None


async def open_cases_of(work: UnitOfWork, registration: UUID) -> Sequence[CollisionCase]:
    """The cases a registration stands in that are not closed, whoever asks: they hold its review back."""
    named = or_(_CLAIMANT.registration == registration, _HOLDER.registration == registration)
    statement = _both().where(named, _OPEN).order_by(_C.create_time).with_for_update(of=COLLISION_CASES)
    return [from_row(row) for row in (await work.connection.execute(statement)).mappings()]


async def due_cases(work: UnitOfWork, *, most: int) -> Sequence[CollisionCase]:
    """Decided cases nobody appealed in time, the longest due first: the service's own account closes them."""
    statement = (
        _both()
        .where(_C.state == CollisionState.DECIDED.value, _C.appeal_end_time <= work.now)
        .order_by(_C.appeal_end_time)
        .limit(most)
        .with_for_update(of=COLLISION_CASES, skip_locked=True)
    )
    return [from_row(row) for row in (await work.connection.execute(statement)).mappings()]


def _both() -> Select[Any]:
    """Cases with both of their sides."""
    told = [column.label(f"{PREFIXES[side]}{column.name}") for side, table in _SIDES.items() for column in table.c]
    joined: Any = COLLISION_CASES
    for side, table in _SIDES.items():
        joined = joined.join(table, and_(table.c.case == _C.uuid, table.c.side == side.value))
    return select(COLLISION_CASES, *told).select_from(joined)


def _seen(principal: Principal) -> Select[Any]:
    """Cases of which the permission to read reaches a side."""
    sides = select(COLLISION_SIDES.c.case).where(visible(COLLISION_SIDES, principal=principal, permission=READ))
    return _both().where(COLLISION_CASES.c.uuid.in_(sides))


def _reached(principal: Principal, permission: str) -> ColumnElement[bool]:
    """Whether a permission reaches both sides."""
    return and_(*(visible(table, principal=principal, permission=permission) for table in _SIDES.values()))


def _awaits(principal: Principal) -> ColumnElement[bool]:
    """The condition `must_be_decided_by` has in memory, with the reach over both sides."""
    reach = principal.scope_of(DECIDE)
    if principal.member is None or reach is None:
        return false()
    further = _C.decided_reach < int(reach) if reach is not Scope.ALL else _C.decided_reach <= int(reach)
    return and_(
        _C.state.in_([state.value for state in WAITING]),
        _reached(principal, DECIDE),
        not_(_C.parties.contains([principal.subject])),
        not_(_C.deciders.contains([principal.subject])),
        further,
    )


_OPEN = _C.state != CollisionState.CLOSED.value
_SIDE_WORDS = {f"COLLISION_SIDE_{side.name}": side.value for side in Side}
_LISTING = Listing(
    fields={
        "account": reference(_C.account, "accounts"),
        "state": choice(_C.state, {f"COLLISION_STATE_{each.name}": each.value for each in CollisionState}),
        "origin": choice(_C.origin, {f"COLLISION_ORIGIN_{each.name}": each.value for each in CollisionOrigin}),
        "winner": choice(_C.winner, _SIDE_WORDS),
        "rule": choice(_C.rule, {f"COLLISION_RULE_{each.name}": each.value for each in Precedent}),
        "appeal_end_time": instant(_C.appeal_end_time),
        "create_time": instant(_C.create_time),
        "update_time": instant(_C.update_time),
    },
    orders={
        "create_time": Order(_C.create_time, datetime.fromisoformat),
        "update_time": Order(_C.update_time, datetime.fromisoformat),
    },
    order_by="create_time desc",
    tie=_C.uuid,
)
