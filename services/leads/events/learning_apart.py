"""The program that learns purchase intents: `python -m services.leads.events.learning_apart`.

It is told first of what kind each channel is, then of leads at an earlier moment with what became of each.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from millrace.leads.v1 import lead_events_pb2, lead_pb2

from chassis.consumer.event import decode
from chassis.learning import Lesson
from chassis.learning.apart import lesson_from, teach
from services.leads.domain.behaviours import Tally
from services.leads.domain.intent import Standing, features
from trade.probability import Row

_OPEN = frozenset({lead_pb2.LEAD_STATE_NEW, lead_pb2.LEAD_STATE_QUALIFIED})
_URGENCIES: Mapping[int, str] = {
    lead_pb2.URGENCY_HIGH: "high",
    lead_pb2.URGENCY_MEDIUM: "medium",
    lead_pb2.URGENCY_LOW: "low",
}


def lesson_of(told: Iterable[Mapping[str, Any]], kinds: Mapping[str, str]) -> Lesson:
    """What the leads teach that somebody could still win or lose at their moments, the earliest first."""
    rows: list[Row] = []
    outcomes: list[bool] = []
    for each in sorted(told, key=lambda each: each["time"]):
        event: Any = decode(each["event_type"], bytes.fromhex(each["payload"]))
        if event.lead.state not in _OPEN:
            continue
        tally = Tally(**{**each["tally"], "last_time": _instant(each["tally"]["last_time"])})
        rows.append(features(standing_at(event.lead, kinds), tally, at=datetime.fromisoformat(each["time"])))
        outcomes.append(each["converted"])
    return lesson_from(rows, outcomes)


def standing_at(lead: lead_events_pb2.LeadSnapshot, kinds: Mapping[str, str]) -> Standing:
    """What was known of a lead after an event."""
    asked = lead.HasField("demo_request_time")
    return Standing(
        industry=lead.industry,
        urgency=_URGENCIES.get(lead.urgency, ""),
        channel=kinds.get(lead.channel, ""),
        has_campaign=bool(lead.campaign),
        budget=_budget(lead),
        employee_count=lead.employee_count,
        touch_count=lead.touch_count,
        create_time=_utc(lead.create_time),
        demo_request_time=_utc(lead.demo_request_time) if asked else None,
    )


def _budget(lead: lead_events_pb2.LeadSnapshot) -> int | None:
    for name in ("budget_max", "budget_min"):
        if lead.HasField(name):
            amount = getattr(lead, name)
            return int(amount.units) if amount.currency_code == "CNY" else None
    return None


def _utc(message: Timestamp) -> datetime:
    return message.ToDatetime(UTC)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


if __name__ == "__main__":
    teach(lesson_of)
