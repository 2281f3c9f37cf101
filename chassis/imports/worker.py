"""The worker of imports: takes hold of a running import, has its file read, and hands on batch after batch."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any
from uuid import UUID

from chassis import database, logs
from chassis.ids import new_id
from chassis.imports import storage
from chassis.imports.ahead import rows_ahead
from chassis.imports.intake import scratch_file
from chassis.imports.kind import ImportKind
from chassis.imports.lifecycle import Account, Failure, Import
from chassis.imports.reading_apart import ReadingOrder
from chassis.imports.refusals import FileRefused, ImportFileGone
from chassis.imports.row_reading import RowReading
from chassis.imports.rows import ReadRow, failed_row, refused_row, stack_of
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
# An import that ends its worker so often without one batch done is given up, or nothing else would ever be done.
_MAX_ATTEMPTS = 5
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
            except Exception as error:  # noqa: BLE001 - the loop outlives whatever one import meets
                self._log.warning("import_interrupted", error=type(error).__name__, stack=stack_of(error))
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
            claim = await storage.claim(connection, kinds=self._kinds, holder=holder, now=now, until=lease_end(now))
            if claim is None:
                return False
            record, kind = await self._find(Read(connection, now, self._service), claim.uuid)
        hold = Hold(kind=kind, record=record, holder=holder, reader=kind.reader(record.columns))
        try:
            await self._attempt(hold, claim.attempts)
        except HoldLost:
            self._log.info("import_hold_lost", resource=f"{kind.collection}/{claim.uuid}")
        return True

    async def _attempt(self, hold: Hold, attempts: int) -> None:
        """The attempt counts against the import, unless what ends it will pass; after too many the import is failed."""
        try:
            if attempts > _MAX_ATTEMPTS:
                await self._fail(hold, Failure(code="IMPORT_HALTED"))
                return
            with scratch_file() as path:
                await self._carry_out(hold, path)
        except Exception as error:
            if _passes(error):
                async with database.connected(self._autocommit) as connection:
                    await storage.excuse(connection, uuid=hold.record.uuid, holder=hold.holder)
            raise

    async def _find(self, read: Read, uuid: UUID) -> tuple[Import, ImportKind[Any]]:
        collection = await storage.kind_of(read, uuid=uuid)
        kind = self._kinds[collection]
        return await storage.get_import(read, kind=kind, uuid=uuid), kind

    async def _carry_out(self, hold: Hold, path: Path) -> None:
        try:
            await self._starter(hold)
            async with database.connected(self._autocommit) as connection:
                read = Read(connection, self._clock.now(), self._service)
                await storage.fetch_file(read, uuid=hold.record.uuid, path=path)
                reading = await hold.kind.present_reading(read)
            await self._take_all(hold, path, reading)
        except Unauthenticated:
            await self._fail(hold, Failure(code="IMPORT_STARTER_GONE"))
        except Halted:
            await self._fail(hold, Failure(code="IMPORT_HALTED"))
        except (FileRefused, ImportFileGone) as refusal:
            await self._fail(hold, Failure(code=refusal.reason, parameters=refusal.metadata()))
        else:
            await self._end(hold, lambda work: finish(work, hold=hold))

    async def _starter(self, hold: Hold) -> Principal:
        """The starter with the grants he has now; asked before every batch, so that one lost ends the import."""
        if hold.record.account is None:
            raise Unauthenticated
        principal = await self._find_principal(hold.record.account)
        if not principal.may(hold.kind.permission):
            raise Unauthenticated
        return principal

    async def _take_all(self, hold: Hold, path: Path, reading: RowReading[Any]) -> None:
        """Batch after batch; the next is made of what its reader tells while the database works."""
        order = ReadingOrder(
            path=path,
            shape=hold.record.shape,
            after_line=hold.record.progress.after_line,
            size=hold.kind.batch_size,
            reader=hold.kind.reader(hold.record.columns, reading),
        )
        async with aclosing(rows_ahead(order)) as batches:
            coming = asyncio.create_task(_next(batches))
            try:
                while rows := await coming:
                    self._count_defects(hold, rows)
                    coming = asyncio.create_task(_next(batches))
                    await self._take(hold, await self._starter(hold), rows)
            finally:
                coming.cancel()
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
            return refused_row(row.line, error)
        failed = failed_row(row.line, error)
        self._count_defects(hold, [failed])
        return failed

    def _count_defects(self, hold: Hold, rows: Sequence[ReadRow[Any]]) -> None:
        """Log what rows met that is our fault; raises Halted when it is too much."""
        for row in rows:
            if row.defect:
                hold.defects.append(row.line)
                told = {"error_id": row.defect.error_id, "error": row.defect.error, "stack": row.defect.stack}
                self._log.error("import_row_failed", **told)
        if len(hold.defects) > _MAX_DEFECTS:
            raise Halted

    async def _fail(self, hold: Hold, failure: Failure) -> None:
        await self._end(hold, lambda work: fail(work, hold=hold, failure=failure))

    async def _end(self, hold: Hold, use_case: UseCase) -> None:
        await self._once(hold, self._service, use_case)

    async def _once(self, hold: Hold, principal: Principal, use_case: UseCase) -> None:
        """One transaction; the progress row tells what is done."""
        await carry_out(self._store, principal, action=f"{hold.kind.collection}.take", use_case=use_case)


async def _next(batches: AsyncGenerator[Sequence[ReadRow[Any]], None]) -> Sequence[ReadRow[Any]]:
    """The next batch; an empty one when there is none."""
    async for rows in batches:
        return rows
    return ()


def _passes(error: Exception) -> bool:
    """Whether the same batch may succeed later: the database is away, or somebody else was quicker."""
    return database.transient(error) or (isinstance(error, Refusal) and error.kind in _PASSING)
