"""The services behind the gateway: one channel each, a bulkhead, a circuit, one repeat, one deadline over all of it."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any, Protocol

import grpc
from google.protobuf.message import Message

from chassis.channels import open_channel
from chassis.metrics import CIRCUIT_OPEN
from gateway.refusals import ServiceAway
from gateway.transcoding.methods import Method
from kernel.errors import DeadlinePassed, Overloaded

SLOTS = 50
STREAM_SLOTS = 200
SLOT_WAIT_SECONDS = 0.3
FAILURES_TO_OPEN = 5
OPEN_SECONDS = 5.0
REPEAT_AFTER_SECONDS = 0.1
WORTH_ASKING_SECONDS = 0.1
_TO_ANSWER_SECONDS = 0.05

Metadata = tuple[tuple[str, str], ...]
Answered = tuple[Message, Iterable[tuple[str, str | bytes]]]  # and what the service says at the end of its answer


class Askable(Protocol):
    """What a unary call can be put to: a service, or what stands for one."""

    async def ask(
        self, method: Method, request: Message, *, metadata: Metadata, until: float, repeat: bool
    ) -> Answered:
        """The answer, and what is said at its end, before a time of the loop."""
        ...


class Circuit:
    """Leaves a service alone for a while after failures in a row, then lets one call try."""

    def __init__(self, service: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Start closed."""
        self._service = service
        self._clock = clock
        self._failures = 0
        self._closed_again = 0.0

    def check(self) -> None:
        """Raise ServiceAway while the circuit is open."""
        if self._failures < FAILURES_TO_OPEN:
            return
        now = self._clock()
        if now < self._closed_again:
            wait = int((self._closed_again - now) * 1000)
            raise ServiceAway(service=self._service, retry_after_ms=max(1000, wait))
        # This caller tries; the others wait for what it finds.
        self._closed_again = now + OPEN_SECONDS

    def succeeded(self) -> None:
        """The service answered, whatever it answered."""
        if self._failures:
            self._failures = 0
            CIRCUIT_OPEN.labels(self._service).set(0)

    def failed(self) -> None:
        """The service could not be reached."""
        self._failures += 1
        if self._failures == FAILURES_TO_OPEN:
            self._closed_again = self._clock() + OPEN_SECONDS
            CIRCUIT_OPEN.labels(self._service).set(1)


# A service that stops cancels what it has not begun; a caller of ours who goes away is never told by a status.
AWAY = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED})


class Backend:
    """One service."""

    def __init__(self, name: str, channel: grpc.aio.Channel) -> None:
        """Take the channel over; `close` closes it."""
        self.name = name
        self._channel = channel
        self._calls: dict[str, Any] = {}
        self._slots = asyncio.Semaphore(SLOTS)
        self._stream_slots = asyncio.Semaphore(STREAM_SLOTS)
        self.circuit = Circuit(name)

    async def close(self) -> None:
        """Close the channel after running calls had 10 seconds to end."""
        await self._channel.close(10)

    async def call(
        self, method: Method, request: Message, *, metadata: Metadata, until: float, repeat: bool
    ) -> Message:
        """The answer of a unary method, as `ask` gets it."""
        return (await self.ask(method, request, metadata=metadata, until=until, repeat=repeat))[0]

    async def ask(
        self, method: Method, request: Message, *, metadata: Metadata, until: float, repeat: bool
    ) -> Answered:
        """Call a unary method; once more where the service is away, a repeat is harmless, and there is time for it.

        The wait for a slot, both calls and the pause between them are over before `until`, a time of the loop.
        Raises Overloaded where no slot comes free, and DeadlinePassed where nothing is left to ask in.
        """
        async with self._slot(until):
            try:
                return await self._once(method, request, metadata, until)
            except grpc.aio.AioRpcError as error:
                pause = REPEAT_AFTER_SECONDS * (0.5 + random.random())  # noqa: S311 - spreads load, hides nothing
                if not repeat or error.code() not in AWAY or _left(until) < pause + WORTH_ASKING_SECONDS:
                    raise
            await asyncio.sleep(pause)
            return await self._once(method, request, metadata, until)

    @asynccontextmanager
    async def stream(
        self, method: Method, request: Message | None, *, metadata: Metadata, seconds: float
    ) -> AsyncIterator[Any]:
        """A streaming call, cancelled when the block is left; without a request, one whose messages are written."""
        if self._stream_slots.locked():
            raise Overloaded
        self.circuit.check()
        async with self._stream_slots:
            arguments = () if request is None else (request,)
            call = self._callable(method)(*arguments, metadata=metadata, timeout=seconds)
            try:
                yield call
            finally:
                call.cancel()

    async def _once(self, method: Method, request: Message, metadata: Metadata, until: float) -> Answered:
        seconds = _left(until)
        if seconds <= 0:
            raise DeadlinePassed
        self.circuit.check()
        try:
            call = self._callable(method)(request, metadata=metadata, timeout=seconds)
            answer: Message = await call
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.UNAVAILABLE and not _said_by_service(error):
                self.circuit.failed()
            else:
                self.circuit.succeeded()
            raise
        self.circuit.succeeded()
        return answer, await call.trailing_metadata() or ()

    def _callable(self, method: Method) -> Any:
        found = self._calls.get(method.path)
        if found is None:
            found = self._calls[method.path] = self._bind(method)
        return found

    def _bind(self, method: Method) -> Any:
        descriptor = method.descriptor
        kinds = {
            (False, False): self._channel.unary_unary,
            (False, True): self._channel.unary_stream,
            (True, False): self._channel.stream_unary,
        }
        bind: Any = kinds[(descriptor.client_streaming, descriptor.server_streaming)]
        return bind(
            method.path,
            request_serializer=method.request.SerializeToString,
            response_deserializer=method.answer.FromString,
        )

    @asynccontextmanager
    async def _slot(self, until: float) -> AsyncIterator[None]:
        if self._slots.locked():
            try:
                await asyncio.wait_for(self._slots.acquire(), min(SLOT_WAIT_SECONDS, _left(until)))
            except TimeoutError:
                raise Overloaded from None
        else:
            await self._slots.acquire()
        try:
            yield
        finally:
            self._slots.release()


def open_backends(addresses: Iterable[tuple[str, str]]) -> dict[str, Backend]:
    """One backend for each service's address."""
    return {name: Backend(name, open_channel(address)) for name, address in addresses}


def _left(until: float) -> float:
    """The seconds a call may take that must be answered by a time of the loop: 50 ms less than there are."""
    return until - asyncio.get_running_loop().time() - _TO_ANSWER_SECONDS


def _said_by_service(error: grpc.aio.AioRpcError) -> bool:
    """Whether the status was written by the service rather than by the transport."""
    return any(key == "grpc-status-details-bin" for key, _ in error.trailing_metadata() or ())
