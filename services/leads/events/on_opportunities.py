"""What leads keep of opportunities when pipeline tells of them: which leads became customers who were won."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from millrace.pipeline.v1 import opportunity_events_pb2 as opportunity_events

from chassis.consumer import Event, Subscription
from chassis.wire import instant_of
from services.leads.storage.likenesses import Connection, keep_won


def opportunities_subscription() -> Subscription:
    """The subscription that follows opportunities: every event tells all of one, so the last of a set counts."""
    return Subscription(
        name="leads-opportunities", stream="pipeline", subjects=("millrace.pipeline.v1.opportunity.>",), apply=_apply
    )


async def _apply(connection: Connection, events: Sequence[Event]) -> None:
    told = {event.aggregate: event.message.opportunity for event in events}
    rows = [_row(opportunity) for opportunity in told.values() if opportunity.lead]
    if rows:
        await keep_won(connection, rows)


def _row(told: opportunity_events.OpportunitySnapshot) -> Mapping[str, object]:
    closed = instant_of(told.close_time, field="opportunity.close_time") if told.HasField("close_time") else None
    return {
        "opportunity": UUID(told.name.rpartition("/")[2]),
        "lead": UUID(told.lead.rpartition("/")[2]),
        "won": told.state == opportunity_events.OPPORTUNITY_STATE_WON,
        "close_time": closed,
    }
