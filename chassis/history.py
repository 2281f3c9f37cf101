"""Reading another producer's kept history over gRPC, as a consumer wants it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Protocol

import grpc
from millrace.events.v1.event_log_pb2 import LoggedEvent, ReadAggregatesRequest, ReadEventsRequest
from millrace.events.v1.event_log_pb2_grpc import EventLogServiceStub

from chassis.consumer.applying import History
from chassis.consumer.event import Event, Subscription, read_payload, time_told
from chassis.consumer.gate import Gap
from chassis.parts import Parts
from kernel.errors import Overloaded

if TYPE_CHECKING:
    from millrace.events.v1.event_log_pb2_grpc import EventLogServiceAsyncStub

_BROKEN = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED})
_MOST_FAILURES, _PAUSE_SECONDS = 5, 0.5
Told = tuple[tuple[str, str], ...]
Metadata = Callable[[], Awaitable[Told]]


def history_for(parts: Parts, subscription: Subscription, *, by_aggregate: bool = False) -> History:
    """The history of the producer a subscription follows; raises LookupError for a service without credentials."""
    credentials = parts.definition.credentials
    if credentials is None:
        raise LookupError(f"{subscription.name} cannot ask {subscription.stream}: the service has no credentials")
    return history_over(parts.channel(subscription.stream), credentials(parts), by_aggregate=by_aggregate)


def history_over(channel: grpc.aio.Channel, metadata: Metadata, *, by_aggregate: bool = False) -> History:
    """A history that asks the producer behind the channel, with the service's own credentials.

    All of it comes in the order of the stream, or aggregate by aggregate: then what is known of one need not be looked
    up for each of its events. A server ends its connections after half an hour; a whole history that takes longer goes
    on where it broke off.
    """
    stub = EventLogServiceStub(channel)

    async def read(subscription: Subscription, gap: Gap | None) -> AsyncIterator[Event]:
        if gap is not None:
            async for logged in stub.ReadEvents(_request(subscription, gap), metadata=await metadata()):
                yield _event(logged)
            return
        for reading in _by_aggregate(subscription) if by_aggregate else [_InOrder(subscription)]:
            async for some in _resumed(reading, stub, metadata):
                for logged in some:
                    yield _event(logged)

    return read


class _Reading(Protocol):
    """A long reading that knows where it is."""

    def ask(self, stub: "EventLogServiceAsyncStub", told: Told) -> AsyncIterator[Sequence[LoggedEvent]]:
        """What follows."""
        ...

    def note(self, last: LoggedEvent) -> None:
        """Go on after this one, should it break off."""
        ...


class _InOrder:
    """Everything a subscription follows, as it was published."""

    def __init__(self, subscription: Subscription) -> None:
        self._request = _request(subscription, None)

    async def ask(self, stub: "EventLogServiceAsyncStub", told: Told) -> AsyncIterator[Sequence[LoggedEvent]]:
        async for logged in stub.ReadEvents(self._request, metadata=told):
            yield (logged,)

    def note(self, last: LoggedEvent) -> None:
        self._request.after_place = last.place


class _ByAggregate:
    """Every aggregate of one kind, one after the other."""

    def __init__(self, kind: str) -> None:
        self._request = ReadAggregatesRequest(aggregate_type=kind)

    async def ask(self, stub: "EventLogServiceAsyncStub", told: Told) -> AsyncIterator[Sequence[LoggedEvent]]:
        async for page in stub.ReadAggregates(self._request, metadata=told):
            yield page.events

    def note(self, last: LoggedEvent) -> None:
        self._request.after_uuid = last.aggregate.rpartition("/")[2]
        self._request.after_version = last.version


def _by_aggregate(subscription: Subscription) -> Sequence[_ByAggregate]:
    """An aggregate is of the kind its subjects name: `millrace.leads.v1.lead.>`."""
    return [_ByAggregate(subject.split(".")[3]) for subject in subscription.subjects]


async def _resumed(
    reading: _Reading, stub: "EventLogServiceAsyncStub", metadata: Metadata
) -> AsyncIterator[Sequence[LoggedEvent]]:
    failures = 0
    while True:
        try:
            async for some in reading.ask(stub, await metadata()):
                yield some
                reading.note(some[-1])
                failures = 0
        except (grpc.aio.AioRpcError, Overloaded) as error:
            failures += 1
            if not _passes(error) or failures > _MOST_FAILURES:
                raise
            await asyncio.sleep(_PAUSE_SECONDS)
        else:
            return


def _passes(error: grpc.aio.AioRpcError | Overloaded) -> bool:
    """Whether it may be over when asked again: the producer is away, or directory, which gives the reader its token."""
    return isinstance(error, Overloaded) or error.code() in _BROKEN


def _request(subscription: Subscription, gap: Gap | None) -> ReadEventsRequest:
    if gap is not None:
        return ReadEventsRequest(aggregate=gap.aggregate, from_version=gap.first, limit=gap.last - gap.first + 1)
    return ReadEventsRequest(subject_prefixes=[subject.removesuffix(">") for subject in subscription.subjects])


def _event(logged: LoggedEvent) -> Event:
    message, wrong = read_payload(logged.type, logged.payload)
    return Event(
        id=logged.event_id,
        subject=logged.subject,
        type=logged.type,
        aggregate=logged.aggregate,
        version=logged.version,
        time=time_told(message),
        payload=logged.payload,
        message=message,
        unreadable=wrong,
    )
