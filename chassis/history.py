"""Reading another producer's kept history over gRPC, as a consumer wants it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import grpc
from millrace.events.v1.event_log_pb2 import LoggedEvent, ReadEventsRequest
from millrace.events.v1.event_log_pb2_grpc import EventLogServiceStub

from chassis.consumer.applying import History
from chassis.consumer.event import Event, Subscription, read_payload, time_told
from chassis.consumer.gate import Gap
from chassis.parts import Parts

_BROKEN = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED})
_MOST_FAILURES, _PAUSE_SECONDS = 5, 0.5
Metadata = Callable[[], Awaitable[tuple[tuple[str, str], ...]]]


def history_for(parts: Parts, subscription: Subscription) -> History:
    """The history of the producer a subscription follows; raises LookupError for a service without credentials."""
    credentials = parts.definition.credentials
    if credentials is None:
        raise LookupError(f"{subscription.name} cannot ask {subscription.stream}: the service has no credentials")
    return history_over(parts.channel(subscription.stream), credentials(parts))


def history_over(channel: grpc.aio.Channel, metadata: Metadata) -> History:
    """A history that asks the producer behind the channel, with the service's own credentials.

    A server ends its connections after half an hour; a whole history that takes longer goes on where it broke off.
    """
    stub = EventLogServiceStub(channel)

    async def read(subscription: Subscription, gap: Gap | None) -> AsyncIterator[Event]:
        request, failures = _request(subscription, gap), 0
        while True:
            try:
                async for logged in stub.ReadEvents(request, metadata=await metadata()):
                    yield _event(logged)
                    request.after_place, failures = logged.place, 0
            except grpc.aio.AioRpcError as error:
                failures += 1
                if gap is not None or error.code() not in _BROKEN or failures > _MOST_FAILURES:
                    raise
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                return

    return read


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
