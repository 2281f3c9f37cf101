"""Merges in their table."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import RowMapping, Text, cast, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.listing import Listing, Order, Page, PageRequest, instant, read_page
from chassis.work import Read, UnitOfWork
from services.leads.domain.erasing import without_person
from services.leads.domain.handing_over import IN_WORDS
from services.leads.domain.lead_state import LeadState
from services.leads.domain.merge_record import Act, FieldDecision, LeadMerge, Lent, MergeRule, Portrait, Terms
from services.leads.domain.merge_undoing import LeadMergeNotFound
from services.leads.storage.leads import facts_to_row
from services.leads.storage.merge_tables import LEAD_MERGES
from services.leads.storage.reasons import (
    reasons_from_json,
    reasons_to_json,
    resemblances_from_json,
    resemblances_to_json,
)
from services.leads.storage.touches import facts_kept

LISTING = Listing(
    fields={"time": instant(LEAD_MERGES.c.time)},
    orders={"time": Order(LEAD_MERGES.c.time, datetime.fromisoformat)},
    order_by="time desc",
    tie=LEAD_MERGES.c.uuid,
)
_RETELL = text(
    "update lead_merges set before = cast(:before as jsonb), after = cast(:after as jsonb) where uuid = :uuid"
)


def write_merge(work: UnitOfWork, merge: LeadMerge) -> None:
    """Gather a merge; the survivor's version keeps two writers apart."""
    work.insert(
        LEAD_MERGES,
        {
            "uuid": merge.uuid,
            "survivor": merge.survivor,
            "version": merge.version,
            "others": {str(lead): state.value for lead, state in merge.others.items()},
            "time": merge.done.time,
            "author": merge.done.actor,
            "author_name": merge.done.name,
            "undo_until": merge.undo_until,
            "before": _portrait_to_json(merge.before),
            "after": _portrait_to_json(merge.after),
            "decisions": [[each.field, each.source, each.rule.value, each.conflict] for each in merge.decisions],
            "lent": [_lent_to_json(each) for each in merge.lent],
            "settled": list(merge.settled),
        },
    )


async def keep_undone(work: UnitOfWork, merge: LeadMerge) -> None:
    """Mark a merge that is undone; the survivor's version keeps two writers apart."""
    act = merge.undone
    assert act is not None  # noqa: S101 - tells the type checker what undoing just did
    values = {"undo_time": act.time, "undo_author": act.actor, "undo_author_name": act.name}
    await work.begin()
    await work.connection.execute(update(LEAD_MERGES).where(LEAD_MERGES.c.uuid == merge.uuid).values(values))


async def get_merge(read: Read, uuid: UUID, *, survivor: UUID) -> LeadMerge:
    """The merge into a lead the caller was let at; raises LeadMergeNotFound."""
    statement = select(LEAD_MERGES).where(LEAD_MERGES.c.uuid == uuid, LEAD_MERGES.c.survivor == survivor)
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise LeadMergeNotFound(merge=f"leads/{survivor}/merges/{uuid}")
    return _from_row(row)


async def later_merge(read: Read, merge: LeadMerge) -> UUID | None:
    """The last merge into the same lead that followed and stands."""
    following = (
        select(LEAD_MERGES.c.uuid)
        .where(
            LEAD_MERGES.c.survivor == merge.survivor,
            LEAD_MERGES.c.version > merge.version,
            LEAD_MERGES.c.undo_time.is_(None),
        )
        .order_by(LEAD_MERGES.c.version.desc())
        .limit(1)
    )
    found: UUID | None = await read.connection.scalar(following)
    return found


async def list_page(read: Read, wanted: PageRequest, *, survivor: UUID) -> Page[LeadMerge]:
    """A page of the merges into a lead; the caller has checked that it may be seen."""
    statement = select(LEAD_MERGES).where(LEAD_MERGES.c.survivor == survivor)
    page = await read_page(read.connection, statement, LISTING, wanted)
    return page.of([_from_row(row) for row in page.items])


async def merges_about(read: Read, lead: UUID, *, away: UUID | None, most: int) -> list[LeadMerge]:
    """So many merges into a lead, the newest first, and the one by which it went `away`, where it did.

    The caller has checked that the lead may be seen.
    """
    about = or_(LEAD_MERGES.c.survivor == lead, LEAD_MERGES.c.uuid == away)
    newest = select(LEAD_MERGES).where(about).order_by(LEAD_MERGES.c.time.desc(), LEAD_MERGES.c.uuid).limit(most)
    return [_from_row(row) for row in (await read.connection.execute(newest)).mappings()]


async def forget_merged_person(work: UnitOfWork, leads: Collection[UUID]) -> None:
    """Erase the person from what merges of these leads wrote over, also from those that were undone.

    Looks through all merges: they are few, and erasing is rare.
    """
    names = cast([str(lead) for lead in leads], ARRAY(Text))
    statement = select(LEAD_MERGES).where(or_(LEAD_MERGES.c.survivor.in_(leads), LEAD_MERGES.c.others.has_any(names)))
    for row in (await work.connection.execute(statement)).mappings().all():
        merge = _from_row(row)
        before, after = (
            orjson.dumps(_portrait_to_json(_without_person(each)), default=str).decode()
            for each in (merge.before, merge.after)
        )
        await work.connection.execute(_RETELL, {"uuid": merge.uuid, "before": before, "after": after})


def _without_person(portrait: Portrait) -> Portrait:
    reasons = tuple(each for each in portrait.owner_reasons if each.code != IN_WORDS)
    return replace(portrait, facts=without_person(portrait.facts), resembles=(), owner_reasons=reasons)


def _from_row(row: RowMapping) -> LeadMerge:
    undone = (
        Act(actor=row["undo_author"], name=row["undo_author_name"], time=row["undo_time"]) if row["undo_time"] else None
    )
    return LeadMerge(
        uuid=row["uuid"],
        survivor=row["survivor"],
        version=row["version"],
        others={UUID(lead): LeadState(state) for lead, state in row["others"].items()},
        done=Act(actor=row["author"], name=row["author_name"], time=row["time"]),
        undo_until=row["undo_until"],
        before=_portrait_from_json(row["before"]),
        after=_portrait_from_json(row["after"]),
        decisions=tuple(_decision_from_json(*each) for each in row["decisions"]),
        lent=tuple(_lent_from_json(each) for each in row["lent"]),
        settled=tuple(row["settled"]),
        undone=undone,
    )


def _portrait_to_json(portrait: Portrait) -> Mapping[str, object]:
    return {
        "facts": facts_to_row(portrait.facts),
        "resembles": resemblances_to_json(portrait.resembles),
        "owner": portrait.owner,
        "team": portrait.team,
        "owner_reasons": reasons_to_json(portrait.owner_reasons),
        "pool": portrait.pool,
    }


def _portrait_from_json(column: Mapping[str, Any]) -> Portrait:
    return Portrait(
        facts=facts_kept(column["facts"]),
        resembles=resemblances_from_json(column["resembles"]),
        owner=UUID(column["owner"]) if column["owner"] else None,
        team=UUID(column["team"]) if column["team"] else None,
        owner_reasons=reasons_from_json(column["owner_reasons"]),
        # Merges of before there were pools say nothing of one.
        pool=UUID(pool) if (pool := column.get("pool")) else None,
    )


def _decision_from_json(field: str, source: str | None, rule: str, conflict: bool) -> FieldDecision:
    return FieldDecision(field=field, source=UUID(source) if source else None, rule=MergeRule(rule), conflict=conflict)


def _lent_to_json(lent: Lent) -> Sequence[object]:
    terms = lent.before
    return [lent.collaborator, lent.version, [terms.role, terms.end_date, terms.reason] if terms else None]


def _lent_from_json(column: Sequence[Any]) -> Lent:
    collaborator, version, before = column
    terms = Terms(role=before[0], end_date=date.fromisoformat(before[1]), reason=before[2]) if before else None
    return Lent(collaborator=UUID(collaborator), version=version, before=terms)
