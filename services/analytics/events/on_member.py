"""What directory tells of those who work here."""

from datetime import tzinfo

from chassis.consumer import Event
from services.analytics.domain.facts import MemberFact
from services.analytics.events.reading import day_of, identity


def member_told(before: MemberFact | None, event: Event, zone: tzinfo) -> MemberFact:
    """A member joins on the day of the first event about him."""
    uuid = identity(event)
    return before or MemberFact(uuid=uuid, owner=uuid, joined=day_of(event.time, zone))
