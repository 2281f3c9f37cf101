"""The way in and out of the database: writes exactly once per request id, reads in autocommit."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from google.protobuf.message import Message
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis import database, metrics
from chassis.marks import Mark
from chassis.no_network import inside_transaction
from chassis.principal import Principal
from chassis.publication import Publications
from chassis.replication import was_not_replicated
from chassis.rpc.call import Call
from chassis.rpc.refusals import UnstorableText
from chassis.tables import AT_ONCE
from chassis.work.flush import Gathered, LostRace
from chassis.work.request_key import RequestKey, request_key, request_row, stored_answer
from chassis.work.unit import Read, UnitOfWork
from kernel.errors import (
    AlreadyExists,
    DeadlinePassed,
    OutcomeUnknown,
    Overloaded,
    Refusal,
    RequestInProgress,
    StaleVersion,
)
from kernel.time import Clock

T = TypeVar("T")
M = TypeVar("M", bound=Message)
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Member:
    """One write, alone or among several: its request, on whose account, its trace, and what it changed (`written`)."""

    key: RequestKey
    principal: Principal
    trace: str = ""
    written: list[Mark] = field(default_factory=list)


class Store:
    """Runs use cases and queries of one service against its database."""

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        service: str,
        clock: Clock,
        publications: Publications,
        committed: Callable[[], None] = lambda: None,
    ) -> None:
        """`committed` is called after each commit that wrote events: it wakes the relay."""
        self.engine = engine
        self._writers = database.Kept(engine)
        self._readers = database.Kept(engine.execution_options(isolation_level="AUTOCOMMIT"))
        self._service = service
        self._clock = clock
        self._publications = publications
        self._committed = committed
        self._running: set[asyncio.Task[Any]] = set()

    async def read(self, call: Call, query: Callable[[Read], Awaitable[T]]) -> T:
        """Run a query in autocommit; a caller who goes away cancels it.

        Raises Overloaded, DeadlinePassed and UnstorableText for what the database says.
        """
        try:
            return await self._read(call, query)
        except LostRace:  # a plan made before a migration, or a deadlock: the next try finds neither
            return await self._read(call, query)

    async def _read(self, call: Call, query: Callable[[Read], Awaitable[T]]) -> T:
        try:
            async with database.connected(self._readers) as connection:
                return await query(Read(connection, call.now, call.principal))
        except database.FAULTS as error:
            raise _meaning(error) from error

    async def write(
        self,
        call: Call,
        request: Message,
        use_case: Callable[[UnitOfWork], Awaitable[T]],
        *,
        answer: Callable[[T], M],
    ) -> M:
        """Run a use case once per request id and answer its message; asking again answers the same.

        A caller who goes away does not stop it: the outcome is stored under the request id.
        """
        key = request_key(call, request)

        async def run(work: UnitOfWork) -> M:
            return answer(await use_case(work))

        return await self._once(
            Member(key, call.principal, call.trace, call.written),
            run,
            answer_type=call.answer_type,
            deadline=call.deadline,
        )

    async def once(
        self,
        key: RequestKey,
        principal: Principal,
        use_case: Callable[[UnitOfWork], Awaitable[M]],
        *,
        answer_type: type[M],
        deadline: float | None = None,
        trace: str = "",
    ) -> M:
        """The same for what is not an RPC: a job or an import brings its own key."""
        return await self._once(Member(key, principal, trace), use_case, answer_type=answer_type, deadline=deadline)

    async def _once(
        self,
        member: Member,
        use_case: Callable[[UnitOfWork], Awaitable[M]],
        *,
        answer_type: type[M],
        deadline: float | None,
    ) -> M:
        fresh, stored = await asyncio.shield(self.keep(self._attempts(member, use_case, deadline)))
        return fresh if fresh is not None else answer_type.FromString(stored or b"")

    async def together(
        self,
        members: Sequence[Member],
        use_case: Callable[[Sequence[UnitOfWork]], Awaitable[Sequence[M | None]]],
    ) -> Sequence[M | None]:
        """Write several units at once, all or none; one that answers None has gathered nothing.

        Raises LostRace and what the driver raises, and then nothing was written; OutcomeUnknown when the database
        was lost while it wrote.
        """
        async with database.connected(self._writers) as connection:
            gathered = Gathered()
            units = [self._unit(connection, each, gathered) for each in members]
            try:
                with inside_transaction():
                    messages = await use_case(units)
                    for member, unit, message in zip(members, units, messages, strict=True):
                        if message is not None:
                            gathered.answer(request_row(member.key, message, unit.now))
                    await self._finish(units[0], None)
            except (LostRace, *database.FAULTS) as error:
                await _roll_back(connection, lost=database.connection_lost(error))
                raise
            if connection.in_transaction():
                await _commit(connection)
            if units[0].wrote_events:
                self._committed()
            for member, unit in zip(members, units, strict=True):
                member.written.extend(unit.written)
            return messages

    def keep(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run something that goes on when its caller goes away; the graceful stop waits for it."""
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def drain(self) -> None:
        """Wait for the writes whose callers went away, and let the connections go."""
        while self._running:
            await asyncio.wait(self._running)
        await self._readers.close()
        await self._writers.close()

    async def _attempts(
        self, member: Member, use_case: Callable[[UnitOfWork], Awaitable[M]], deadline: float | None
    ) -> tuple[M | None, bytes | None]:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return await self._attempt(member, use_case, deadline)
            except LostRace:
                metrics.WRITE_RETRIES.labels(self._service).inc()
                if attempt == _ATTEMPTS:
                    raise StaleVersion(resource=member.key.method) from None
        raise AssertionError("unreachable")

    async def _attempt(
        self, member: Member, use_case: Callable[[UnitOfWork], Awaitable[M]], deadline: float | None
    ) -> tuple[M | None, bytes | None]:
        key = member.key
        async with database.connected(self._writers) as connection:
            work = self._unit(connection, member)
            try:
                message = await self._carry_out(work, key, use_case, deadline)
            except database.FAULTS as error:
                await _roll_back(connection, lost=database.connection_lost(error))
                return None, await self._explain(connection, key, error)
            except OutcomeUnknown:
                raise
            except Refusal:
                # A repeat meets what the first one did: it gets the first answer, not a refusal of its own making.
                await _roll_back(connection)
                stored = await stored_answer(connection, key)
                if stored is None:
                    raise
                return None, stored
            if connection.in_transaction():
                await _commit(connection)
            if work.wrote_events:
                self._committed()
            member.written.extend(work.written)
            return message, None

    async def _carry_out(
        self,
        work: UnitOfWork,
        key: RequestKey,
        use_case: Callable[[UnitOfWork], Awaitable[M]],
        deadline: float | None,
    ) -> M:
        """The use case and its flush. A request id known already shows as a unique violation of `requests`."""
        with inside_transaction():
            message = await use_case(work)
            if deadline is not None and asyncio.get_running_loop().time() > deadline:
                raise DeadlinePassed
            await self._finish(work, request_row(key, message, work.now))
        return message

    async def _finish(self, work: UnitOfWork, request: Mapping[str, Any] | None) -> None:
        """The last flush. Where it is the whole transaction, a connection lost meanwhile leaves the outcome unknown."""
        alone = not work.connection.in_transaction()
        try:
            await work.finish(request=request)
        except database.FAULTS as error:
            if alone and database.connection_lost(error):
                await work.connection.invalidate()
                raise OutcomeUnknown from error
            raise
        if was_not_replicated(work.connection):
            raise OutcomeUnknown

    def _unit(self, connection: AsyncConnection, member: Member, gathered: Gathered | None = None) -> UnitOfWork:
        return UnitOfWork(
            connection=connection,
            now=self._clock.now(),
            principal=member.principal,
            publications=self._publications,
            action=member.key.method,
            request_id=member.key.request_id,
            trace=member.trace,
            gathered=gathered,
        )

    async def _explain(self, connection: AsyncConnection, key: RequestKey, error: Exception) -> bytes:
        """What a refused statement means: a twin's answer, or the refusal to raise."""
        if database.sqlstate(error) == database.UNIQUE_VIOLATION:
            stored = await stored_answer(connection, key)
            if stored is not None:
                return stored
            name = database.constraint(error)
            raise LostRace if name.endswith(AT_ONCE) else AlreadyExists(constraint=name) from error
        if database.sqlstate(error) == database.LOCK_NOT_AVAILABLE:
            raise RequestInProgress(request_id=key.request_id) from error
        raise _meaning(error) from error


def _meaning(error: Exception) -> Exception:
    """What the database's fault is in our words; the fault itself where it is a defect of ours."""
    state = database.sqlstate(error)
    if database.connection_lost(error):
        return Overloaded()
    if state in {database.DEADLOCK, database.SERIALIZATION_FAILURE} or database.plan_outdated(error):
        return LostRace()
    if state == database.QUERY_CANCELED:
        return DeadlinePassed()
    return UnstorableText() if database.unstorable(error) else error


async def _commit(connection: AsyncConnection) -> None:
    try:
        await connection.commit()
    except (DBAPIError, OSError) as error:
        raise OutcomeUnknown from error
    if was_not_replicated(connection):
        raise OutcomeUnknown


async def _roll_back(connection: AsyncConnection, *, lost: bool = False) -> None:
    if lost:
        await connection.invalidate()
    if not connection.invalidated and not connection.closed:
        await connection.rollback()
