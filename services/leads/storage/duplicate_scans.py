"""Scans in their table, and what each step of one reads."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, func, or_, select, update

from chassis.listing import Listing, Order, Page, PageRequest, choice, instant, read_page
from chassis.work import Read, UnitOfWork
from services.leads.domain.duplicate_scans import DuplicateScan, DuplicateScanNotFound, ScanState
from services.leads.storage.families import family_of, standing_for
from services.leads.storage.scan_tables import DUPLICATE_SCANS
from services.leads.storage.tables import DUPLICATE_CANDIDATES, LEADS, STANDS

LISTING = Listing(
    fields={
        "state": choice(
            DUPLICATE_SCANS.c.state, {f"LEAD_DUPLICATE_SCAN_STATE_{each.name}": each.value for each in ScanState}
        ),
        "start_time": instant(DUPLICATE_SCANS.c.start_time),
    },
    orders={"start_time": Order(DUPLICATE_SCANS.c.start_time, datetime.fromisoformat)},
    order_by="start_time desc",
    tie=DUPLICATE_SCANS.c.uuid,
)
_RUNNING = select(DUPLICATE_SCANS).where(DUPLICATE_SCANS.c.state == ScanState.RUNNING.value)


def write_scan(work: UnitOfWork, scan: DuplicateScan) -> None:
    """Gather a scan that begins; of two at once the second decides again."""
    work.insert(DUPLICATE_SCANS, _to_row(scan))


async def keep_scan(work: UnitOfWork, scan: DuplicateScan) -> None:
    """Write how far a scan is, which this unit of work holds."""
    statement = update(DUPLICATE_SCANS).where(DUPLICATE_SCANS.c.uuid == scan.uuid)
    await work.connection.execute(statement.values(dict(_to_row(scan))))


async def hold_running(work: UnitOfWork) -> DuplicateScan | None:
    """The scan that runs, which nobody else carries on until this unit of work ends; None while somebody does."""
    await work.begin()
    return await _one(work, _RUNNING.with_for_update(skip_locked=True))


async def running_scan(read: Read) -> DuplicateScan | None:
    """The scan that runs, whoever carries it on."""
    return await _one(read, _RUNNING)


async def hold_scan(work: UnitOfWork, uuid: UUID) -> DuplicateScan:
    """A scan, waiting for whoever carries it on just now; raises DuplicateScanNotFound."""
    await work.begin()
    found = await _one(work, select(DUPLICATE_SCANS).where(DUPLICATE_SCANS.c.uuid == uuid).with_for_update())
    return _there(found, uuid)


async def get_scan(read: Read, uuid: UUID) -> DuplicateScan:
    """A scan; raises DuplicateScanNotFound."""
    return _there(await _one(read, select(DUPLICATE_SCANS).where(DUPLICATE_SCANS.c.uuid == uuid)), uuid)


async def last_scan(read: Read) -> DuplicateScan | None:
    """The scan that began last."""
    return await _one(read, select(DUPLICATE_SCANS).order_by(DUPLICATE_SCANS.c.start_time.desc()).limit(1))


async def list_page(read: Read, wanted: PageRequest) -> Page[DuplicateScan]:
    """A page of scans."""
    page = await read_page(read.connection, select(DUPLICATE_SCANS), LISTING, wanted)
    return page.of([_from_row(row) for row in page.items])


async def count_standing(read: Read) -> int:
    """How many leads a scan goes over."""
    statement = select(func.count()).select_from(LEADS).where(STANDS)
    return int(await read.connection.scalar(statement) or 0)


async def pairs_among(read: Read, leads: Collection[UUID]) -> set[frozenset[UUID]]:
    """The pairs that one of these leads, or one merged into it, belongs to: nobody is asked twice."""
    family, pairs = await family_of(read, *leads), DUPLICATE_CANDIDATES
    statement = select(pairs.c.lead, pairs.c.other).where(or_(pairs.c.lead.in_(family), pairs.c.other.in_(family)))
    found = [tuple(pair) for pair in await read.connection.execute(statement)]
    stands = await standing_for(read, {lead for pair in found for lead in pair})
    return {frozenset(stands.get(lead, lead) for lead in pair) for pair in found}


async def _one(read: Read, statement: Select[Any]) -> DuplicateScan | None:
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    return _from_row(row) if row is not None else None


def _there(scan: DuplicateScan | None, uuid: UUID) -> DuplicateScan:
    if scan is None:
        raise DuplicateScanNotFound(scan=f"leadDuplicateScans/{uuid}")
    return scan


def _to_row(scan: DuplicateScan) -> Mapping[str, object]:
    return {
        "uuid": scan.uuid,
        "state": scan.state.value,
        "author": scan.author,
        "author_name": scan.author_name,
        "start_time": scan.start_time,
        "end_time": scan.end_time,
        "lead_count": scan.lead_count,
        "scanned_count": scan.scanned_count,
        "pair_count": scan.pair_count,
        "after": scan.after,
    }


def _from_row(row: RowMapping) -> DuplicateScan:
    return DuplicateScan(**{**row, "state": ScanState(row["state"])})
