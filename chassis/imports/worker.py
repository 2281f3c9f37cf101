"""The worker of imports: takes hold of a running import, reads its file in a thread, and hands on batch after batch."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from chassis import database, logs
from chassis.ids import new_id
from chassis.imports import storage
from chassis.imports.intake import scratch_file
from chassis.imports.kind import ImportKind, Problem
from chassis.imports.lifecycle import Account, Failure, Import
from chassis.imports.reading import read_batches
from chassis.imports.refusals import FileRefused
from chassis.imports.rows import ReadRow, RowReader
from chassis.imports.taking import Hold, HoldLost, fail, finish, lease_end, take_batch
from chassis.jobs import carry_out
from chassis.principal import Principal, Scope, service_principal
from chassis.work import Read, Store, UnitOfWork
from kernel.errors import Kind, Refusal, Unauthenticated
from kernel.time import Clock

UseCase = Callable[[UnitOfWork], Awaitable[object]]
# Gives the account its present grants; raises Unauthenticated for one that is gone.
FindPrincipal = Callable[[Account], Awaitable[Principal]]

_PAUSE = 0.5
# So many rows that only we can have spoiled mean that the import itself is broken.
_MAX_DEFECTS = 20
_PASSING = frozenset(
    {Kind.UNAVAILABLE, Kind.STALE_VERSION, Kind.REQUEST_IN_PROGRESS, Kind.OUTCOME_UNKNOWN, Kind.DEADLINE_PASSED}
)


class Halted(Exception):  # noqa: N818 - an outcome: going on would refuse every row for a defect of ours
    """Too many rows failed through no fault of theirs."""


class ImportWorker:
    """Carries running imports out, one at a time; any number of workers may run side by side."""

    def __init__(
        self,
        *,
        store: Store,
        kinds: Sequence[ImportKind[Any]],
        find_principal: FindPrincipal,
        clock: Clock,
        service: str,
    ) -> None:
        """`service` names the account under which imports are looked for."""
        self._store = store
        self._kinds: Mapping[str, ImportKind[Any]] = {kind.collection: kind for kind in kinds}
        self._find_principal = find_principal
        self._clock = clock
        grants = {kind.permission: Scope.ALL for kind in kinds}
        self._service = service_principal(service, grants)
        self._autocommit = store.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._log = logs.get_logger()

    async def run(self) -> None:
        """Look for imports for ever. A hold that ends in trouble runs out by itself, and the import goes on then."""
        while True:
            try:
                worked = await self.step()
            except (SQLAlchemyError, OSError, Refusal) as error:
                self._log.warning("import_interrupted", error=type(error).__name__)
                worked = False
            if not worked:
                await asyncio.sleep(_PAUSE)

    async def drain(self) -> None:
        """Carry out every import that waits, and return; for tests and tools."""
        while await self.step():
            pass

    async def step(self) -> bool:
        """Carry out one import to its end; False when none waits."""
        holder = new_id()
        now = self._clock.now()
        async with database.connected(self._autocommit) as connection:
            uuid = await storage.claim(connection, holder=holder, now=now, until=lease_end(now))
            if uuid is None:
                return False
            read = Read(connection, now, self._service)
            record, kind = await self._find(read, uuid)
        with scratch_file() as path:
            hold = Hold(kind=kind, record=record, holder=holder, reader=RowReader(kind, record.columns))
            try:
                await self._carry_out(hold, path)
            except HoldLost:
                self._log.info("import_hold_lost", resource=f"{kind.collection}/{uuid}")
        return True

    async def _find(self, read: Read, uuid: UUID) -> tuple[Import, ImportKind[Any]]:
        collection = await storage.kind_of(read, uuid=uuid)
        kind = self._kinds[collection]
        return await storage.get_import(read, kind=kind, uuid=uuid), kind

    async def _carry_out(self, hold: Hold, path: Path) -> None:
        try:
            principal = await self._starter(hold)
        except Unauthenticated:
            await self._end(hold, lambda work: fail(work, hold=hold, failure=Failure(code="IMPORT_STARTER_GONE")))
            return
        async with database.connected(self._autocommit) as connection:
            read = Read(connection, self._clock.now(), self._service)
            await storage.fetch_file(read, uuid=hold.record.uuid, path=path)
        try:
            await self._take_all(hold, principal, path)
        except Halted:
            await self._end(hold, lambda work: fail(work, hold=hold, failure=Failure(code="IMPORT_HALTED")))
            return
        except FileRefused as refusal:
            failure = Failure(code=refusal.reason, parameters=refusal.metadata())
            await self._end(hold, lambda work: fail(work, hold=hold, failure=failure))
            return
        await self._end(hold, lambda work: finish(work, hold=hold))

    async def _starter(self, hold: Hold) -> Principal:
        """The starter with the grants he has now; a permission lost since the start ends the import."""
        if hold.record.account is None:
            raise Unauthenticated
        principal = await self._find_principal(hold.record.account)
        if not principal.may(hold.kind.permission):
            raise Unauthenticated
        return principal

    async def _take_all(self, hold: Hold, principal: Principal, path: Path) -> None:
        """Batch after batch, the next one read while the database works."""
        shape, after_line = hold.record.shape, hold.record.progress.after_line
        batches = read_batches(path, shape, after_line=after_line, size=hold.kind.batch_size)
        coming = asyncio.create_task(asyncio.to_thread(_next_batch, hold.reader, batches))
        try:
            while rows := await coming:
                coming = asyncio.create_task(asyncio.to_thread(_next_batch, hold.reader, batches))
                await self._take(hold, principal, rows)
        finally:
            # The thread still reads the scratch file: it must be done before the file goes.
            await asyncio.wait({coming})

    async def _take(self, hold: Hold, principal: Principal, rows: Sequence[ReadRow[Any]]) -> None:
        """One batch; when it fails for good, its halves, down to the row that spoils it."""
        try:
            await self._once(hold, principal, lambda work: take_batch(work, hold=hold, rows=rows))
        except (HoldLost, Halted):
            raise
        except Exception as error:
            if _passes(error):
                raise
            if len(rows) > 1:
                middle = len(rows) // 2
                await self._take(hold, principal, rows[:middle])
                await self._take(hold, principal, rows[middle:])
            elif rows[0].input is not None:
                await self._take(hold, principal, [self._spoiled(hold, rows[0], error)])
            else:
                raise

    def _spoiled(self, hold: Hold, row: ReadRow[Any], error: Exception) -> ReadRow[Any]:
        """The row that fails by itself, refused: with its reason, or with an error id when we are at fault."""
        if isinstance(error, Refusal):
            return ReadRow(row.line, None, (Problem(code=error.reason, parameters=error.metadata()),))
        hold.defects.append(row.line)
        if len(hold.defects) > _MAX_DEFECTS:
            raise Halted from error
        error_id = str(new_id())
        # The stack without the error's own text, which may hold what the row says of a person.
        stack = "".join(traceback.format_tb(error.__traceback__)[-5:])
        self._log.error("import_row_failed", error_id=error_id, error=type(error).__name__, stack=stack)
        return ReadRow(row.line, None, (Problem(code="ROW_FAILED", parameters={"error_id": error_id}),))

    async def _end(self, hold: Hold, use_case: UseCase) -> None:
        await self._once(hold, self._service, use_case)

    async def _once(self, hold: Hold, principal: Principal, use_case: UseCase) -> None:
        """One transaction; the progress row tells what is done."""
        await carry_out(self._store, principal, action=f"{hold.kind.collection}.take", use_case=use_case)


def _next_batch(reader: RowReader[Any], batches: Iterator[list[Any]]) -> list[ReadRow[Any]]:
    return reader.read([row for batch in islice(batches, 1) for row in batch])


def _passes(error: Exception) -> bool:
    """Whether the same batch may succeed later: the database is away, or somebody else was quicker."""
    return database.transient(error) or (isinstance(error, Refusal) and error.kind in _PASSING)
