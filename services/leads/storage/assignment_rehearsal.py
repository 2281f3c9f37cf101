"""The past decisions of the ledger and what they were made by, for rules that are tried out."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from chassis.work import Read
from services.leads.domain.assignment_record import LedgerEntry
from services.leads.storage.ledger import entry_of
from services.leads.storage.metadata import RULE_SET_VERSIONS
from services.leads.storage.tables import ASSIGNMENTS, MEMBER_LOADS


async def past_assignments(read: Read, *, since: datetime, most: int) -> Sequence[tuple[UUID, LedgerEntry]]:
    """The newest decisions that are not older, each with its lead, the oldest first.

    Ids grow with time, so that the newest are read without an index of their own.
    """
    newest = select(ASSIGNMENTS).order_by(ASSIGNMENTS.c.uuid.desc()).limit(most)
    rows = (await read.connection.execute(newest)).mappings().all()
    return [(row["lead"], entry_of(row)) for row in reversed(rows) if row["time"] >= since]


async def given_by_day(read: Read, *, since: date) -> Mapping[tuple[UUID, date], int]:
    """How many leads each member was given on each day since one."""
    loads = MEMBER_LOADS.c
    summed = select(loads.member, loads.day, func.sum(loads.given_leads)).where(loads.day >= since)
    rows = await read.connection.execute(summed.group_by(loads.member, loads.day))
    return {(member, day): given for member, day, given in rows}


async def rule_bodies(read: Read, kind: str) -> Mapping[int, Mapping[str, Any]]:
    """What administrators wrote of a kind of rules, by version."""
    versions = RULE_SET_VERSIONS.c
    rows = await read.connection.execute(select(versions.version, versions.body).where(versions.kind == kind))
    return {row.version: row.body for row in rows}
