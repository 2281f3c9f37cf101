"""The way in and out of the database: writes exactly once per request id, reads in autocommit."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from google.protobuf.message import Message
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis import database, metrics
from chassis.marks import Mark
from chassis.no_network import inside_transaction
from chassis.principal import Principal
from chassis.publication import Publications
from chassis.replication import was_not_replicated
from chassis.rpc.call import Call
from chassis.tables import AT_ONCE
from chassis.work.faults import commit, meaning, roll_back
from chassis.work.ferry import Ferry
from chassis.work.flush import Gathered, LostRace, flush
from chassis.work.request_key import RequestKey, request_key, request_row, stored_answer
from chassis.work.unit import Read, UnitOfWork
from kernel.errors import (
    AlreadyExists,
    DeadlinePassed,
    OutcomeUnknown,
    Refusal,
    RequestInProgress,
    StaleVersion,
)
from kernel.time import Clock

T = TypeVar("T")
M = TypeVar("M", bound=Message)
_ATTEMPTS = 3
# Rows and events of a flush that may cross with others: they would wait for a heavy one.
_LIGHT = 32


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
        self._ferry = Ferry(write=self._cross, keep=self.keep)

    async def read(self, call: Call, query: Callable[[Read], Awaitable[T]]) -> T:
        """Run a query in autocommit; a caller who goes away cancels it.

        Raises Overloaded, DeadlinePassed and UnstorableText for what the database says.
        """
        try:
            return await self._read(call, query)
        except (LostRace, database.ConnectionCut):
            # A plan made before a migration, a deadlock, a connection of before a restart: the next try finds none.
            return await self._read(call, query)

    async def _read(self, call: Call, query: Callable[[Read], Awaitable[T]]) -> T:
        try:
            async with database.connected(self._readers) as connection:
                return await query(Read(connection, call.now, call.principal))
        except database.FAULTS as error:
            raise meaning(error) from error

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
                            unit.answer(request_row(member.key, message, unit.now))
                    gathered = units[0].taken()
                    await (flush if connection.in_transaction() else _written)(connection, gathered)
            except (LostRace, *database.FAULTS) as error:
                await roll_back(connection, lost=database.connection_lost(error))
                raise
            if connection.in_transaction():
                await commit(connection)
            if gathered.events:
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
                await roll_back(connection, lost=database.connection_lost(error))
                return None, await self._explain(connection, key, error)
            except OutcomeUnknown:
                raise
            except Refusal:
                # A repeat meets what the first one did: it gets the first answer, not a refusal of its own making.
                await roll_back(connection)
                stored = await stored_answer(connection, key)
                if stored is None:
                    raise
                return None, stored
            if connection.in_transaction():
                await commit(connection)
        stored = await self._shipped(key, work.taken())
        if stored is not None:
            return None, stored
        if work.wrote_events:
            self._committed()
        member.written.extend(work.written)
        return message, None

    async def _shipped(self, key: RequestKey, gathered: Gathered) -> bytes | None:
        """Write what no transaction holds together with what was read; the stored answer where it is a repeat."""
        if gathered.empty:
            return None
        try:
            await (self._ferry.carry(gathered) if gathered.size <= _LIGHT else self._cross(gathered))
        except database.FAULTS as error:
            async with database.connected(self._writers) as connection:
                return await self._explain(connection, key, error)
        return None

    async def _carry_out(
        self,
        work: UnitOfWork,
        key: RequestKey,
        use_case: Callable[[UnitOfWork], Awaitable[M]],
        deadline: float | None,
    ) -> M:
        """The use case, and its flush where it began a transaction.

        A request id known already shows as a unique violation of `requests`.
        """
        with inside_transaction():
            message = await use_case(work)
            if deadline is not None and asyncio.get_running_loop().time() > deadline:
                raise DeadlinePassed
            work.answer(request_row(key, message, work.now))
            if work.connection.in_transaction():
                await work.finish()
        return message

    async def _cross(self, gathered: Gathered) -> None:
        async with database.connected(self._writers) as connection:
            await _written(connection, gathered)

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
        raise meaning(error) from error


async def _written(connection: AsyncConnection, gathered: Gathered) -> None:
    """The whole transaction is this one statement: a connection lost meanwhile leaves the outcome unknown."""
    try:
        await flush(connection, gathered)
    except database.FAULTS as error:
        if database.connection_lost(error):
            await connection.invalidate()
            raise OutcomeUnknown from error
        raise
    if was_not_replicated(connection):
        raise OutcomeUnknown
