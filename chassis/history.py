"""Reading another producer's kept history over gRPC, as a consumer wants it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import grpc
from millrace.events.v1.event_log_pb2 import LoggedEvent, ReadEventsRequest
from millrace.events.v1.event_log_pb2_grpc import EventLogServiceStub

from chassis.consumer.consumer import History
from chassis.consumer.event import Event, Subscription, decode
from chassis.consumer.gate import Gap

Metadata = Callable[[], Awaitable[tuple[tuple[str, str], ...]]]


def history_over(channel: grpc.aio.Channel, metadata: Metadata) -> History:
    """A history that asks the producer behind the channel, with the service's own credentials."""
    stub = EventLogServiceStub(channel)

    async def read(subscription: Subscription, gap: Gap | None) -> AsyncIterator[Event]:
        async for logged in stub.ReadEvents(_request(subscription, gap), metadata=await metadata()):
            yield _event(logged)

    return read


def _request(subscription: Subscription, gap: Gap | None) -> ReadEventsRequest:
    if gap is not None:
        return ReadEventsRequest(aggregate=gap.aggregate, from_version=gap.first, limit=gap.last - gap.first + 1)
    return ReadEventsRequest(subject_prefixes=[subject.removesuffix(">") for subject in subscription.subjects])


def _event(logged: LoggedEvent) -> Event:
    message = decode(logged.type, logged.payload)
    head = getattr(message, "head", None)
    return Event(
        id=logged.event_id,
        subject=logged.subject,
        type=logged.type,
        aggregate=logged.aggregate,
        version=logged.version,
        time=head.time.ToDatetime(UTC) if head is not None else datetime.fromtimestamp(0, UTC),
        payload=logged.payload,
        message=message,
    )
