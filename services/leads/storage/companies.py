"""Looks into a company register, in their tables."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, any_, bindparam, delete, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.prepared import Prepared
from chassis.work import Read, UnitOfWork
from services.leads.domain.companies import CompanyCheck, CompanyEntry, CompanyStatus, Finding
from services.leads.domain.facts import Address
from services.leads.storage.company_tables import COMPANY_MARKS, LEAD_COMPANIES

Connection = AsyncConnection
_OF = Prepared(select(LEAD_COMPANIES).where(LEAD_COMPANIES.c.lead == any_(bindparam("leads", type_=ARRAY(Uuid)))))


def mark_company(work: UnitOfWork, lead: UUID) -> None:
    """Gather that a lead's company is to be looked up."""
    work.insert(COMPANY_MARKS, {"uuid": work.new_id(), "lead": lead})


async def marked_companies(read: Read, *, most: int) -> Mapping[UUID, UUID]:
    """The oldest marks with their leads."""
    oldest = select(COMPANY_MARKS.c.uuid, COMPANY_MARKS.c.lead).order_by(COMPANY_MARKS.c.uuid).limit(most)
    return {row.uuid: row.lead for row in await read.connection.execute(oldest)}


async def take_marks(work: UnitOfWork, marks: Collection[UUID]) -> frozenset[UUID]:
    """The leads of those marks that nobody else has taken; the rows are gone with this unit of work."""
    await work.begin()
    taken = delete(COMPANY_MARKS).where(COMPANY_MARKS.c.uuid.in_(marks)).returning(COMPANY_MARKS.c.lead)
    return frozenset(await work.connection.scalars(taken))


async def keep_check(work: UnitOfWork, check: CompanyCheck) -> None:
    """Write the last look of a lead's company in the place of the one before."""
    row = {
        "lead": check.lead,
        "time": check.time,
        "source": check.source,
        "finding": check.finding.value,
        "entry": _entry_to_json(check.entry),
        "filled": list(check.filled),
    }
    written = insert(LEAD_COMPANIES).values(row)
    changed = {name: value for name, value in row.items() if name != "lead"}
    await work.connection.execute(written.on_conflict_do_update(index_elements=["lead"], set_=changed))


async def companies_of(read: Read, leads: Collection[UUID]) -> Mapping[UUID, CompanyCheck]:
    """The last look of each lead that was looked up; the caller has checked that they may be seen."""
    rows = await read.rows(_OF, leads=list(leads)) if leads else []
    return {row["lead"]: _from_row(row) for row in rows}


async def forget_company(work: UnitOfWork, lead: UUID) -> None:
    """Erase what a register told: it names people."""
    await work.connection.execute(delete(LEAD_COMPANIES).where(LEAD_COMPANIES.c.lead == lead))


def _from_row(row: Mapping[str, Any]) -> CompanyCheck:
    filled: Sequence[str] = row["filled"]
    return CompanyCheck(
        lead=row["lead"],
        time=row["time"],
        source=row["source"],
        finding=Finding(row["finding"]),
        entry=_entry_from_json(row["entry"]),
        filled=tuple(filled),
    )


def _entry_to_json(entry: CompanyEntry | None) -> Mapping[str, object] | None:
    if entry is None:
        return None
    where = entry.address
    return {
        "name": entry.name,
        "credit_code": entry.credit_code,
        "status": entry.status.value,
        "legal_representative": entry.legal_representative,
        "capital": entry.capital,
        "founded": entry.founded,
        "industry": entry.industry,
        "address": [where.province, where.city, where.district, where.line_1],
    }


def _entry_from_json(column: Mapping[str, Any] | None) -> CompanyEntry | None:
    if column is None:
        return None
    province, city, district, line = column["address"]
    where = Address(province=province, city=city, district=district, line_1=line)
    return CompanyEntry(**{**column, "status": CompanyStatus(column["status"]), "address": where})
