"""What had happened to leads before they came over: written once with what became of them, and read beside that."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    Integer,
    PrimaryKeyConstraint,
    RowMapping,
    Table,
    Text,
    Uuid,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from chassis.work import Read, UnitOfWork
from services.pipeline.domain.lead_history import Happening, LeadHistoryEntry, ToldReason
from services.pipeline.storage.lead_conversions import LEAD_CONVERSIONS
from services.pipeline.storage.metadata import METADATA

MOST = 500
_PERSONAL = {"personal": True}

LEAD_HISTORIES = Table(
    "lead_histories",
    METADATA,
    Column("lead", Uuid, nullable=False),
    Column("place", Integer, nullable=False),
    Column("happening", Text, nullable=False),
    Column("time", DateTime(timezone=True), nullable=False),
    Column("actor", Text, nullable=False),
    Column("channel", Uuid),
    Column("campaign", Uuid),
    Column("need", Text, nullable=False, info=_PERSONAL),
    Column("owner", Uuid),
    Column("grade", Text, nullable=False),
    Column("reasons", JSONB, nullable=False, info=_PERSONAL),
    PrimaryKeyConstraint("lead", "place", name="lead_histories_pkey"),
)
_H, _C = LEAD_HISTORIES.c, LEAD_CONVERSIONS.c


def keep_history(work: UnitOfWork, history: Sequence[LeadHistoryEntry]) -> None:
    """Remember what was before, in the same transaction as all that came of the lead."""
    for place, entry in enumerate(history):
        work.insert(LEAD_HISTORIES, {"place": place, **_to_row(entry)})


async def history_of_lead(read: Read, lead: UUID) -> Sequence[LeadHistoryEntry]:
    """What was before a lead came over, the oldest first; the caller has checked that what became of it may be seen."""
    return await _read(read, _H.lead == lead)


async def history_of_account(read: Read, account: UUID) -> Sequence[LeadHistoryEntry]:
    """The same of all leads that became part of an account; the caller has checked that it may be seen."""
    return await _read(read, _H.lead.in_(select(_C.lead).where(_C.account == account)))


async def forget_histories(
    work: UnitOfWork, *, people: Collection[UUID], registrations: Collection[UUID], account: UUID | None
) -> None:
    """Erase the words in the histories of all leads that became these contacts and registrations, or the account."""
    became = select(_C.lead).where(
        or_(_C.contact.in_(people), _C.registration.in_(registrations), _C.account == account)
    )
    statement = update(LEAD_HISTORIES).where(_H.lead.in_(became)).values(need="", reasons=[])
    await work.connection.execute(statement)


async def forget_history(work: UnitOfWork, lead: UUID) -> None:
    """Erase the words in the history of one lead."""
    await work.connection.execute(update(LEAD_HISTORIES).where(_H.lead == lead).values(need="", reasons=[]))


async def _read(read: Read, wanted: ColumnElement[bool]) -> Sequence[LeadHistoryEntry]:
    newest = select(LEAD_HISTORIES).where(wanted).order_by(_H.time.desc(), _H.lead.desc(), _H.place.desc()).limit(MOST)
    rows = (await read.connection.execute(newest)).mappings().all()
    return [_from_row(row) for row in reversed(rows)]


def _to_row(entry: LeadHistoryEntry) -> dict[str, Any]:
    return {
        "lead": entry.lead,
        "happening": entry.happening.value,
        "time": entry.time,
        "actor": entry.actor,
        "channel": entry.channel,
        "campaign": entry.campaign,
        "need": entry.need,
        "owner": entry.owner,
        "grade": entry.grade,
        "reasons": [[reason.code, reason.zh, reason.en] for reason in entry.reasons],
    }


def _from_row(row: RowMapping) -> LeadHistoryEntry:
    return LeadHistoryEntry(
        lead=row["lead"],
        happening=Happening(row["happening"]),
        time=row["time"],
        actor=row["actor"],
        channel=row["channel"],
        campaign=row["campaign"],
        need=row["need"],
        owner=row["owner"],
        grade=row["grade"],
        reasons=tuple(ToldReason(code=code, zh=zh, en=en) for code, zh, en in row["reasons"]),
    )
