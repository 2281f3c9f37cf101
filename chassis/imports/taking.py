"""Taking rows in: one batch is one transaction with its progress, so that a kill loses and doubles nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from chassis.imports import storage
from chassis.imports.kind import ImportKind, Outcome, RowResult
from chassis.imports.lifecycle import Failure, Import
from chassis.imports.rows import ReadRow, RowReader
from chassis.work import UnitOfWork

LEASE = timedelta(seconds=10)


class HoldLost(Exception):  # noqa: N818 - an outcome, not a fault: somebody else goes on, or nobody should
    """The import was cancelled, or another worker has taken it because this one was slow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One worker's hold on one import."""

    kind: ImportKind[Any]
    record: Import
    holder: UUID
    reader: RowReader[Any] = field(repr=False)
    defects: list[int] = field(default_factory=list, repr=False)
    """The lines that failed through no fault of theirs."""


async def take_batch(work: UnitOfWork, *, hold: Hold, rows: Sequence[ReadRow[Any]]) -> None:
    """A batch of rows is taken in and counted, together or not at all.

    Raises HoldLost when the import is no longer this worker's or the lines are done already.
    """
    uuid = hold.record.uuid
    if not await storage.holds(work, uuid=uuid, holder=hold.holder, before_line=rows[0].line):
        raise HoldLost
    inputs = [row.input for row in rows if row.input is not None]
    taken = iter(await hold.kind.take_rows(work, inputs, hold.record.order) if inputs else ())
    results = [(row.line, _refused(row) if row.input is None else _told(hold, row, next(taken))) for row in rows]
    _keep_traces(work, hold, results)
    await storage.advance(work, uuid=uuid, until=lease_end(work.now), results=results)


async def finish(work: UnitOfWork, *, hold: Hold) -> Import:
    """Every row is done. Raises HoldLost when the import is no longer this worker's."""
    record = await _held(work, hold)
    return work.save(storage.record_of(hold.kind), record.finish(now=work.now))


async def fail(work: UnitOfWork, *, hold: Hold, failure: Failure) -> Import:
    """The import cannot go on. Raises HoldLost when it is no longer this worker's."""
    record = await _held(work, hold)
    return work.save(storage.record_of(hold.kind), record.fail(failure=failure, now=work.now))


def lease_end(now: datetime) -> datetime:
    """How long a worker keeps an import without finishing a batch; then another goes on with it."""
    return now + LEASE


async def _held(work: UnitOfWork, hold: Hold) -> Import:
    if not await storage.holds(work, uuid=hold.record.uuid, holder=hold.holder, before_line=2**31 - 1):
        raise HoldLost
    return await storage.get_import(work, kind=hold.kind, uuid=hold.record.uuid)


def _keep_traces(work: UnitOfWork, hold: Hold, results: Sequence[tuple[int, RowResult]]) -> None:
    """What the lines left behind is kept with them, together or not at all."""
    keep = hold.kind.keep_trace
    if keep is None:
        return
    for line, result in results:
        if result.trace is not None:
            keep(work, hold.record.uuid, line, result)


def _refused(row: ReadRow[Any]) -> RowResult:
    return RowResult(outcome=Outcome.REFUSED, problems=row.problems)


def _told(hold: Hold, row: ReadRow[Any], result: RowResult) -> RowResult:
    """The result with the columns of its problems; a row that is not refused tells also what was mended in it."""
    mended = () if result.outcome is Outcome.REFUSED else row.problems
    if not (mended or result.problems):
        return result
    return replace(result, problems=(*hold.reader.located(result.problems), *mended))
