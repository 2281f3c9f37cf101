"""The worker of bulk changes: some leads at a time, on the account of whoever began, with what he may do now."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from chassis import database, logs
from chassis.ids import new_id
from chassis.imports.lifecycle import Account
from chassis.jobs import carry_out
from chassis.parts import Parts
from chassis.principal import Principal
from chassis.work import Read, Store, UnitOfWork
from kernel.errors import Kind, Refusal, Unauthenticated
from kernel.time import Clock
from services.leads.application import bulk_running as running
from services.leads.application.capture import WRITE
from services.leads.application.intake import IntakeDesk
from services.leads.domain.bulk_actions import DismissAction
from services.leads.domain.bulk_changes import BulkChange
from trade.reasons import Reason

ACTION = "leads.bulkChange"
FindPrincipal = Callable[[Account], Awaitable[Principal]]
T = TypeVar("T")
_AT_ONCE = 25
_PAUSE = 0.3
_LONGER_PAUSE = 2.0
# What the same row may not meet again: the database is away, or somebody else was quicker.
_PASSING = frozenset({Kind.UNAVAILABLE, Kind.STALE_VERSION, Kind.REQUEST_IN_PROGRESS, Kind.OUTCOME_UNKNOWN})


class BulkWorker:
    """Carries bulk changes out; any number of workers may run side by side."""

    def __init__(
        self, *, store: Store, desk: IntakeDesk, find_principal: FindPrincipal, clock: Clock, account: Principal
    ) -> None:
        """`find_principal` gives whoever began his present grants; `account` is the service's own."""
        self._store = store
        self._desk = desk
        self._find_principal = find_principal
        self._clock = clock
        self._account = account
        self._autocommit = store.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._log = logs.get_logger()

    async def run(self) -> None:
        """Carry out bulk changes for ever."""
        while True:
            try:
                pause = 0.0 if await self.step() else _PAUSE
            except Exception as error:  # noqa: BLE001 - the loop outlives whatever one change meets
                self._log.warning("bulk change interrupted", error=repr(error)[:300])
                pause = _LONGER_PAUSE
            await asyncio.sleep(pause)

    async def drain(self) -> None:
        """Carry out everything that waits, and return; for tests and tools."""
        while await self.step():
            pass

    async def step(self) -> bool:
        """Some leads of the change that waits longest; False when none waits, or another worker has it."""
        async with database.connected(self._autocommit) as connection:
            change = await running.next_change(Read(connection, self._clock.now(), self._account))
        if change is None:
            return False
        try:
            starter = await self._starter(change)
        except Unauthenticated:
            await self._as(self._account, lambda work: running.halt(work, uuid=change.uuid))
            return True
        most = 1 if isinstance(change.action, DismissAction) else _AT_ONCE
        return await self._take(change.uuid, starter, done=change.done, most=most)

    async def _starter(self, change: BulkChange) -> Principal:
        """Whoever began, with the grants he has now; asked before every few leads. Raises Unauthenticated."""
        began = change.starter
        account = Account(subject=began.subject, roles=began.roles, permissions=began.permissions)
        principal = await self._find_principal(account)
        if not principal.may(WRITE):
            raise Unauthenticated
        return principal

    async def _take(self, uuid: UUID, starter: Principal, *, done: int, most: int) -> bool:
        """Some rows together; one that cannot be changed is refused by itself, after those before it."""
        turn = running.Turn()
        try:
            return bool(await self._taken(uuid, starter, most, turn))
        except Exception as error:
            if isinstance(error, Refusal) and turn.place:
                await self._pass_by(uuid, starter, turn.place, error, before=turn.place - done - 1)
            elif _passes(error):
                raise
            elif most > 1:
                return await self._take(uuid, starter, done=done, most=1)
            else:
                await self._refuse(uuid, starter, done + 1, error)
            return True

    async def _pass_by(self, uuid: UUID, starter: Principal, place: int, refusal: Refusal, *, before: int) -> None:
        """Do the rows before the one that is refused, then tell why it is."""
        if refusal.kind is Kind.UNAVAILABLE:
            raise refusal
        if before > 0:
            await self._taken(uuid, starter, before, running.Turn())
        await self._refuse(uuid, starter, place, refusal)

    async def _taken(self, uuid: UUID, starter: Principal, most: int, turn: running.Turn) -> int:
        def use_case(work: UnitOfWork) -> Awaitable[int]:
            return running.take_rows(work, uuid=uuid, most=most, desk=self._desk, turn=turn)

        return await self._as(starter, use_case)

    async def _refuse(self, uuid: UUID, starter: Principal, place: int, error: Exception) -> None:
        reason = self._reason(error)
        await self._as(starter, lambda work: running.refuse_row(work, uuid=uuid, place=place, reason=reason))

    def _reason(self, error: Exception) -> Reason:
        """Why the row is refused; of a defect of ours its reader is told where it stands in the log."""
        if isinstance(error, Refusal):
            return Reason(error.reason, error.metadata())
        error_id = str(new_id())
        self._log.error("bulk change row failed", error_id=error_id, error=repr(error)[:300])
        return Reason("BULK_CHANGE_ROW_FAILED", {"error_id": error_id})

    async def _as(self, principal: Principal, use_case: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        return await carry_out(self._store, principal, action=ACTION, use_case=use_case)


def bulk_worker(parts: Parts, desk: IntakeDesk, find_principal: FindPrincipal, *, account: Principal) -> BulkWorker:
    """Who carries bulk changes out; `run()` is background work of the process, and takes no caller's place."""
    return BulkWorker(
        store=parts.background_store, desk=desk, find_principal=find_principal, clock=parts.clock, account=account
    )


def _passes(error: Exception) -> bool:
    return database.transient(error) or (isinstance(error, Refusal) and error.kind in _PASSING)
