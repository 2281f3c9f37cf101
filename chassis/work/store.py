"""The way in and out of the database: writes exactly once per request id, reads in autocommit."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from google.protobuf.message import Message
from sqlalchemy import bindparam, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis import database, metrics
from chassis.no_network import inside_transaction
from chassis.principal import Principal
from chassis.publication import Publications
from chassis.rpc.call import Call
from chassis.rpc.refusals import UnstorableText
from chassis.tables import requests
from chassis.work.flush import LostRace
from chassis.work.unit import Read, UnitOfWork
from kernel.errors import (
    AlreadyExists,
    DeadlinePassed,
    OutcomeUnknown,
    Overloaded,
    Refusal,
    RequestIdReused,
    RequestInProgress,
    StaleVersion,
)
from kernel.time import Clock

T = TypeVar("T")
M = TypeVar("M", bound=Message)
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class RequestKey:
    """What makes a write the same write: who, what, the id he gave it, and its content."""

    principal: str
    method: str
    request_id: str
    digest: bytes


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
        """Run a query in autocommit; a caller who goes away cancels it."""
        async with database.connected(self._readers) as connection:
            return await query(Read(connection, call.now, call.principal))

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

        return await self.once(
            key, call.principal, run, answer_type=call.answer_type, deadline=call.deadline, trace=call.trace
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
        write = asyncio.ensure_future(self._attempts(key, principal, use_case, deadline, trace))
        self._running.add(write)
        write.add_done_callback(self._running.discard)
        fresh, stored = await asyncio.shield(write)
        return fresh if fresh is not None else answer_type.FromString(stored or b"")

    async def drain(self) -> None:
        """Wait for the writes whose callers went away, and let the connections go."""
        if self._running:
            await asyncio.wait(self._running)
        await self._readers.close()
        await self._writers.close()

    async def _attempts(
        self,
        key: RequestKey,
        principal: Principal,
        use_case: Callable[[UnitOfWork], Awaitable[M]],
        deadline: float | None,
        trace: str,
    ) -> tuple[M | None, bytes | None]:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return await self._attempt(key, principal, use_case, deadline, trace)
            except LostRace:
                metrics.WRITE_RETRIES.labels(self._service).inc()
                if attempt == _ATTEMPTS:
                    raise StaleVersion(resource=key.method) from None
        raise AssertionError("unreachable")

    async def _attempt(
        self,
        key: RequestKey,
        principal: Principal,
        use_case: Callable[[UnitOfWork], Awaitable[M]],
        deadline: float | None,
        trace: str,
    ) -> tuple[M | None, bytes | None]:
        async with database.connected(self._writers) as connection:
            work = self._unit(connection, key, principal, trace)
            try:
                message = await self._carry_out(work, key, use_case, deadline)
            except database.FAULTS as error:
                await _roll_back(connection)
                return None, await self._explain(connection, key, error)
            except OutcomeUnknown:
                raise
            except Refusal:
                # A repeat meets what the first one did: it gets the first answer, not a refusal of its own making.
                await _roll_back(connection)
                stored = await self._stored(connection, key)
                if stored is None:
                    raise
                return None, stored
            if connection.in_transaction():
                await _commit(connection)
            if work.wrote_events:
                self._committed()
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
            await self._finish(work, _request_row(key, message, work.now))
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

    def _unit(self, connection: AsyncConnection, key: RequestKey, principal: Principal, trace: str) -> UnitOfWork:
        return UnitOfWork(
            connection=connection,
            now=self._clock.now(),
            principal=principal,
            publications=self._publications,
            action=key.method,
            request_id=key.request_id,
            trace=trace,
        )

    async def _stored(self, connection: AsyncConnection, key: RequestKey) -> bytes | None:
        """The stored answer of a request asked before; raises RequestIdReused when its content was another."""
        if not key.request_id:
            return None
        found = await connection.execute(
            _STORED, {"principal": key.principal, "method": key.method, "request_id": key.request_id}
        )
        row = found.first()
        if row is None:
            return None
        if row.digest != key.digest:
            raise RequestIdReused(request_id=key.request_id)
        return bytes(row.answer)

    async def _explain(self, connection: AsyncConnection, key: RequestKey, error: Exception) -> bytes:
        """What a refused statement means: a twin's answer, or the refusal to raise."""
        state = database.sqlstate(error)
        if database.connection_lost(error):
            raise Overloaded from error
        if state == database.UNIQUE_VIOLATION:
            stored = await self._stored(connection, key)
            if stored is not None:
                return stored
            raise AlreadyExists(constraint=database.constraint(error)) from error
        if state == database.LOCK_NOT_AVAILABLE:
            raise RequestInProgress(request_id=key.request_id) from error
        if state in {database.DEADLOCK, database.SERIALIZATION_FAILURE}:
            raise LostRace from error
        if state == database.QUERY_CANCELED:
            raise DeadlinePassed from error
        if state in database.UNSTORABLE_TEXT:
            raise UnstorableText from error
        raise error


_STORED = select(requests.c.digest, requests.c.answer).where(
    requests.c.principal == bindparam("principal"),
    requests.c.method == bindparam("method"),
    requests.c.request_id == bindparam("request_id"),
)


def request_key(call: Call, request: Message) -> RequestKey:
    """The key of an RPC: the digest is over the deterministic bytes of the request without its id."""
    request_id: str = getattr(request, "request_id", "")
    digest = b""
    if request_id:
        content = type(request)()
        content.CopyFrom(request)
        content.ClearField("request_id")
        digest = hashlib.sha256(content.SerializeToString(deterministic=True)).digest()
    return RequestKey(call.principal.subject, call.method, request_id, digest)


def _request_row(key: RequestKey, message: Message, now: datetime) -> Mapping[str, Any] | None:
    if not key.request_id:
        return None
    return {
        "principal": key.principal,
        "method": key.method,
        "request_id": key.request_id,
        "digest": key.digest,
        "answer": message.SerializeToString(),
        "created": now,
    }


async def _commit(connection: AsyncConnection) -> None:
    try:
        await connection.commit()
    except (DBAPIError, OSError) as error:
        raise OutcomeUnknown from error


async def _roll_back(connection: AsyncConnection) -> None:
    if not connection.invalidated and not connection.closed:
        await connection.rollback()
