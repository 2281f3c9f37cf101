"""Follow-ups in their table; who may see the lead decides who sees them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, select, text

from chassis.listing import Listing, Order, Page, PageRequest, choice, instant, read_page, reference, truth
from chassis.listing.fields import Field
from chassis.principal import Principal
from chassis.scope import scope
from chassis.work import Read, Record, UnitOfWork
from services.leads.domain.follow_up import Correction, FollowUp, FollowUpFacts, FollowUpNotFound
from services.leads.domain.follow_up_kinds import FollowUpKind, FollowUpOutcome
from services.leads.storage.lead_collaborators import SHARED_LEADS
from services.leads.storage.response_tables import FOLLOW_UP_CORRECTIONS, FOLLOW_UPS
from services.leads.storage.tables import LEADS

# Who turned to one customer more often is past the first response.
_MOST = 1000
_FORGET = text("update lead_follow_ups set note = '', next_step = '' where lead = :lead")
_FORGET_CORRECTIONS = text(
    'update lead_follow_up_corrections set reason = \'\', before = before || \'{"note": "", "next_step": ""}\' '
    "where lead = :lead"
)


def _to_row(told: FollowUp) -> Mapping[str, object]:
    return {
        "uuid": told.uuid,
        "lead": told.lead,
        **_facts_to_row(told.facts),
        "author": told.author,
        "told_time": told.told_time,
        "withdrawn": told.withdrawn,
        "create_time": told.create_time,
    }


RECORD: Record[FollowUp] = Record(kind="lead_follow_up", collection="leadFollowUps", table=FOLLOW_UPS, row=_to_row)


def keep_correction(work: UnitOfWork, told: FollowUp, correction: Correction) -> None:
    """Gather what a follow-up told before."""
    row = {"uuid": work.new_id(), "follow_up": told.uuid, "lead": told.lead, "before": _facts_to_row(correction.before)}
    who = {"time": correction.time, "actor": correction.actor, "reason": correction.reason}
    work.insert(FOLLOW_UP_CORRECTIONS, row | who)


async def get_follow_up(read: Read, uuid: UUID, *, permission: str) -> FollowUp:
    """The follow-up, where the permission reaches its lead; raises FollowUpNotFound."""
    statement = _seen(read, permission).where(FOLLOW_UPS.c.uuid == uuid)
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise FollowUpNotFound(follow_up=f"leadFollowUps/{uuid}")
    return _from_row(row)


async def list_page(read: Read, wanted: PageRequest, *, permission: str) -> Page[FollowUp]:
    """A page of follow-ups, as far as the reader sees the leads."""
    page = await read_page(read.connection, _seen(read, permission), _LISTING, wanted)
    return page.of([_from_row(row) for row in page.items])


async def follow_ups_of(read: Read, lead: UUID) -> Sequence[FollowUp]:
    """What was done about a lead that the caller was let at, the earliest first."""
    statement = select(FOLLOW_UPS).where(FOLLOW_UPS.c.lead == lead).order_by(FOLLOW_UPS.c.time).limit(_MOST)
    return [_from_row(row) for row in (await read.connection.execute(statement)).mappings()]


async def newest_follow_ups(read: Read, leads: Collection[UUID], *, most: int) -> Sequence[FollowUp]:
    """So many of the latest of a family that were not withdrawn; the caller has checked that it may be seen."""
    stand = select(FOLLOW_UPS).where(FOLLOW_UPS.c.lead.in_(leads), FOLLOW_UPS.c.withdrawn.is_(False))
    rows = await read.connection.execute(stand.order_by(FOLLOW_UPS.c.time.desc()).limit(most))
    return [_from_row(row) for row in rows.mappings()]


async def corrections_of(read: Read, told: Collection[UUID]) -> Mapping[UUID, Sequence[Correction]]:
    """What follow-ups that the caller sees told before, the newest first."""
    kept = FOLLOW_UP_CORRECTIONS
    statement = select(kept).where(kept.c.follow_up.in_(told)).order_by(kept.c.time.desc(), kept.c.uuid.desc())
    found: dict[UUID, list[Correction]] = {}
    for row in (await read.connection.execute(statement)).mappings() if told else ():
        before = _facts(row["before"], read_instant=datetime.fromisoformat)
        correction = Correction(before=before, time=row["time"], actor=row["actor"], reason=row["reason"])
        found.setdefault(row["follow_up"], []).append(correction)
    return found


async def forget_words(work: UnitOfWork, lead: UUID) -> None:
    """Erase what was written about a person: that somebody turned to him, how and when, stays."""
    await work.connection.execute(_FORGET, {"lead": lead})
    await work.connection.execute(_FORGET_CORRECTIONS, {"lead": lead})


def _seen(read: Read, permission: str) -> Select[Any]:
    of_leads = select(FOLLOW_UPS).join(LEADS, LEADS.c.uuid == FOLLOW_UPS.c.lead)
    principal: Principal = read.principal
    return scope(of_leads, LEADS, principal=principal, permission=permission, shared=SHARED_LEADS.at(read.now))


def _facts_to_row(facts: FollowUpFacts) -> dict[str, object]:
    return {
        "kind": facts.kind.value,
        "outcome": facts.outcome.value,
        "time": facts.time,
        "note": facts.note,
        "next_step": facts.next_step,
        "next_step_time": facts.next_step_time,
    }


def _facts(row: Mapping[str, Any] | RowMapping, *, read_instant: Any = lambda time: time) -> FollowUpFacts:
    following = row["next_step_time"]
    return FollowUpFacts(
        kind=FollowUpKind(row["kind"]),
        outcome=FollowUpOutcome(row["outcome"]),
        time=read_instant(row["time"]),
        note=row["note"],
        next_step=row["next_step"],
        next_step_time=read_instant(following) if following else None,
    )


def _from_row(row: Mapping[str, Any] | RowMapping) -> FollowUp:
    return FollowUp(
        uuid=row["uuid"],
        version=row["version"],
        lead=row["lead"],
        facts=_facts(row),
        author=row["author"],
        told_time=row["told_time"],
        create_time=row["create_time"],
        withdrawn=row["withdrawn"],
    )


_LISTING = Listing(
    fields={
        "lead": reference(FOLLOW_UPS.c.lead, "leads"),
        "kind": choice(FOLLOW_UPS.c.kind, {f"LEAD_FOLLOW_UP_KIND_{each.name}": each.value for each in FollowUpKind}),
        "outcome": choice(
            FOLLOW_UPS.c.outcome, {f"LEAD_FOLLOW_UP_OUTCOME_{each.name}": each.value for each in FollowUpOutcome}
        ),
        "author": Field(FOLLOW_UPS.c.author, str, frozenset({"=", "!="})),
        "time": instant(FOLLOW_UPS.c.time),
        "next_step_time": instant(FOLLOW_UPS.c.next_step_time),
        "create_time": instant(FOLLOW_UPS.c.create_time),
        "withdrawn": truth(FOLLOW_UPS.c.withdrawn),
    },
    orders={
        "time": Order(FOLLOW_UPS.c.time, datetime.fromisoformat),
        "create_time": Order(FOLLOW_UPS.c.create_time, datetime.fromisoformat),
    },
    order_by="time desc",
    tie=FOLLOW_UPS.c.uuid,
)
