"""What leads tell."""

from datetime import tzinfo
from typing import Any

from millrace.leads.v1.lead_pb2 import LeadState

from chassis.consumer import Event
from services.analytics.domain.facts import LeadFact
from services.analytics.domain.folding import lead_after
from services.analytics.events.reading import day_of, day_told, identity, instant, reference
from trade.industries import industry_code


def lead_told(before: LeadFact | None, event: Event, zone: tzinfo) -> LeadFact:
    """The lead after the event."""
    told: Any = event.message.lead
    day = day_of(event.time, zone)
    fact = LeadFact(
        uuid=identity(event),
        owner=reference(told.owner),
        team=reference(told.team),
        region=reference(told.region),
        channel=told.channel,
        campaign=told.campaign,
        industry=industry_code(told.industry),
        created=day_told(told.create_time, zone) or day,
        state=_state(told.state),
        taken_in_time=instant(told.create_time) or event.time,
        first_response_time=instant(told.first_response_time),
    )
    return lead_after(before, fact, day=day)


def _state(number: int) -> str:
    """The word of a state; one of a newer release has none, and changes no figure."""
    found = LeadState.DESCRIPTOR.values_by_number.get(number)
    return found.name.removeprefix("LEAD_STATE_").lower() if found is not None else ""
