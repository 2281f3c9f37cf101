"""The program that learns: a lead of an earlier moment reads as one of today does."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from millrace.leads.v1 import lead_events_pb2, lead_pb2

from kernel.money import Money
from services.leads.domain.facts import Urgency
from services.leads.domain.intent import standing_of
from services.leads.events.learning_apart import lesson_of, standing_at
from services.leads.events.publications import snapshot
from tests.unit.leads.builders import NOON, a_lead
from trade.budget import Budget

CHANNEL = UUID(int=7)
KINDS = {f"channels/{CHANNEL}": "website"}
QUIET = dict.fromkeys(("page_visits", "mail_opens", "clicks", "downloads", "demo_requests"), 0) | {"last_time": None}


def observed(number: int, *, state: Any = lead_pb2.LEAD_STATE_NEW) -> dict[str, Any]:
    lead = lead_events_pb2.LeadSnapshot(state=state, industry="software" if number % 2 else "retail")
    lead.create_time.FromDatetime(NOON)
    event = lead_events_pb2.LeadCreated(lead=lead)
    return {
        "time": (NOON + timedelta(days=number)).isoformat(),
        "event_type": event.DESCRIPTOR.full_name,
        "payload": event.SerializeToString().hex(),
        "tally": QUIET,
        "converted": number % 2 == 1 if number % 10 else number % 20 == 0,
    }


def test_a_lead_out_of_its_event_stands_as_the_lead_itself() -> None:
    lead = a_lead(
        industry="software",
        urgency=Urgency.HIGH,
        channel=CHANNEL,
        campaign=UUID(int=8),
        budget=Budget(least=Money(minor=100_00), most=Money(minor=2_500_50)),
        employee_count=120,
        demo_request_time=NOON,
    )
    assert standing_at(snapshot(lead), KINDS) == standing_of(lead, channel="website")
    bare = a_lead()
    assert standing_at(snapshot(bare), KINDS) == standing_of(bare, channel="")


def test_a_lesson_is_made_of_leads_that_somebody_could_still_win() -> None:
    lesson = lesson_of([observed(number) for number in range(100)], {})
    assert (lesson.outcomes, lesson.happened) == (100, 55)
    assert lesson.card is not None
    assert lesson.body is not None
    closed = [observed(number, state=lead_pb2.LEAD_STATE_CONVERTING) for number in range(100)]
    assert lesson_of(closed, {}).outcomes == 0


def test_below_the_minimum_sample_a_lesson_is_only_its_count() -> None:
    lesson = lesson_of([observed(number) for number in range(49)], {})
    assert (lesson.outcomes, lesson.card, lesson.body) == (49, None, None)
