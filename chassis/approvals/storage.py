"""Approvals in their table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    Table,
    Text,
    and_,
    any_,
    bindparam,
    false,
    func,
    not_,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.approvals.approval import Approval, ApprovalState, ApprovalSubject, ApproverRule, Decision
from chassis.listing import Listing, Order, Page, PageRequest, choice, instant, read_page, reference, text
from chassis.prepared import Prepared, Row
from chassis.principal import Principal
from chassis.scope import scope, visible
from chassis.work import Read, Record
from kernel.errors import NotFound
from trade.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Approvals:
    """Where a service keeps its approvals: table, collection, who reads them, and the permissions that decide them."""

    table: Table
    collection: str
    reading: str
    deciding: tuple[str, ...]

    @property
    def record(self) -> Record[Approval]:
        """How an approval lies in the table."""
        return Record(kind="approval", collection=self.collection, table=self.table, row=_to_row)


async def get_approval(read: Read, approvals: Approvals, uuid: UUID) -> Approval:
    """The approval, for whoever sees the row it is about; raises NotFound."""
    statement = _seen(read.principal, approvals).where(approvals.table.c.uuid == uuid)
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise NotFound(resource=f"{approvals.collection}/{uuid}")
    return from_row(row)


async def find_pending(read: Read, approvals: Approvals, *, subject: str, kind: str) -> Approval | None:
    """The open question of a kind about a subject, whoever asks: the caller has found the subject by his own scope."""
    return next(iter(await _about(read, approvals, ApprovalState.PENDING, subject=subject, kind=kind)), None)


async def find_holding(read: Read, approvals: Approvals, *, subject: str, kind: str) -> Sequence[Approval]:
    """The approvals of a kind about a subject that are pending or granted, as `find_pending` finds them."""
    return await _about(read, approvals, ApprovalState.PENDING, ApprovalState.APPROVED, subject=subject, kind=kind)


async def list_approvals(read: Read, approvals: Approvals, wanted: PageRequest, *, awaiting: bool) -> Page[Approval]:
    """A page of what the reader sees; with `awaiting` only what waits for his decision."""
    statement = (
        select(approvals.table).where(_awaiting(read.principal, approvals))
        if awaiting
        else _seen(read.principal, approvals)
    )
    page = await read_page(read.connection, statement, _listing(approvals.table), wanted)
    return page.of([from_row(row) for row in page.items])


async def pending_for(read: Read, approvals: Approvals, *, most: int) -> Sequence[Approval]:
    """What waits for the caller's decision, the longest first, at most `most`."""
    table = approvals.table
    statement = select(table).where(_awaiting(read.principal, approvals)).order_by(table.c.create_time).limit(most)
    return [from_row(row) for row in (await read.connection.execute(statement)).mappings()]


async def _about(
    read: Read, approvals: Approvals, *states: ApprovalState, subject: str, kind: str
) -> Sequence[Approval]:
    states_told = [state.value for state in states]
    rows = await read.rows(_of_subject(approvals.table), told=subject, asked=kind, states=states_told)
    return [from_row(row) for row in rows]


@cache
def _of_subject(table: Table) -> Prepared:
    told, asked = table.c.subject == bindparam("told"), table.c.kind == bindparam("asked")
    states = table.c.state == any_(bindparam("states", type_=ARRAY(Text)))
    # What waits before what was granted.
    return Prepared(select(table).where(told, asked, states).order_by(table.c.state.desc(), table.c.create_time))


def _seen(principal: Principal, approvals: Approvals) -> Select[Any]:
    return scope(select(approvals.table), approvals.table, principal=principal, permission=approvals.reading)


def _awaiting(principal: Principal, approvals: Approvals) -> ColumnElement[bool]:
    """The condition `Approval.must_be_decided_by` has in memory, over the rows that are pending."""
    table = approvals.table
    if principal.member is None:
        return false()
    reached = [
        and_(table.c.permission == permission, visible(table, principal=principal, permission=permission))
        for permission in approvals.deciding
    ]
    return and_(
        table.c.state == ApprovalState.PENDING.value,
        table.c.requester != principal.subject,
        or_(table.c.parties.is_(None), not_(table.c.parties.contains([principal.subject]))),
        table.c.owner.is_distinct_from(principal.member),
        or_(func.cardinality(table.c.roles) == 0, table.c.roles.overlap(sorted(principal.roles))),
        or_(*reached),
    )


def _listing(table: Table) -> Listing:
    return Listing(
        fields={
            "state": choice(table.c.state, {f"APPROVAL_STATE_{state.name}": state.value for state in ApprovalState}),
            "kind": text(table.c.kind),
            "subject": text(table.c.subject),
            "requester": text(table.c.requester),
            "owner": reference(table.c.owner, "members"),
            "team": reference(table.c.team, "teams"),
            "region": reference(table.c.region, "regions"),
            "create_time": instant(table.c.create_time),
        },
        orders={"create_time": Order(table.c.create_time, datetime.fromisoformat)},
        order_by="create_time desc",
        tie=table.c.uuid,
    )


def _to_row(approval: Approval) -> Mapping[str, object]:
    subject, decision = approval.subject, approval.decision
    return {
        "uuid": approval.uuid,
        "kind": approval.kind,
        "subject": subject.name,
        "content_hash": subject.content_hash,
        "owner": subject.owner,
        "team": subject.team,
        "region": subject.region,
        "permission": approval.approver.permission,
        "roles": sorted(approval.approver.roles),
        "reasons": [reason.to_mapping() for reason in approval.reasons],
        "requester": approval.requester,
        "parties": sorted(subject.parties),
        "state": approval.state.value,
        "decider": decision.by if decision else None,
        "decide_time": decision.time if decision else None,
        "comment": decision.comment if decision else "",
        "create_time": approval.create_time,
        "update_time": approval.update_time,
    }


def from_row(row: Row | RowMapping) -> Approval:
    """The approval in a row."""
    return Approval(
        uuid=row["uuid"],
        version=row["version"],
        kind=row["kind"],
        subject=ApprovalSubject(
            name=row["subject"],
            content_hash=bytes(row["content_hash"]),
            owner=row["owner"],
            team=row["team"],
            region=row["region"],
            parties=frozenset(row["parties"] or ()),
        ),
        approver=ApproverRule(permission=row["permission"], roles=frozenset(row["roles"])),
        reasons=tuple(Reason(each["code"], each["parameters"]) for each in row["reasons"]),
        requester=row["requester"],
        state=ApprovalState(row["state"]),
        decision=_decision(row),
        create_time=row["create_time"],
        update_time=row["update_time"],
    )


def _decision(row: Row | RowMapping) -> Decision | None:
    if row["decide_time"] is None:
        return None
    return Decision(by=row["decider"], time=row["decide_time"], comment=row["comment"])
