"""The program that learns purchase intents: `python -m services.leads.events.learning_apart`.

Its first line on standard input names the kinds of channels, each other line is a lead at an earlier moment with what
became of it; on standard output it tells one lesson. It runs beside the service and behind it: learning takes seconds
of a processor, and nobody who is served waits for them.
"""

import os
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from google.protobuf.timestamp_pb2 import Timestamp
from millrace.leads.v1 import lead_events_pb2, lead_pb2

from chassis.consumer.event import decode
from chassis.imports.apart import go_first
from services.leads.domain.behaviours import Tally
from services.leads.domain.intent import Standing, features
from services.leads.domain.intent_model import Lesson
from trade.probability import Row
from trade.probability.learning import learn
from trade.probability.sample import TooFewOutcomes

_OPEN = frozenset({lead_pb2.LEAD_STATE_NEW, lead_pb2.LEAD_STATE_QUALIFIED})
_URGENCIES: Mapping[int, str] = {
    lead_pb2.URGENCY_HIGH: "high",
    lead_pb2.URGENCY_MEDIUM: "medium",
    lead_pb2.URGENCY_LOW: "low",
}
_BEHIND = 10  # steps of niceness


def main() -> None:
    """Read, learn, tell."""
    go_first()
    os.nice(_BEHIND)
    first, *lines = sys.stdin.buffer
    lesson = lesson_of([orjson.loads(line) for line in lines], kinds=orjson.loads(first))
    card = lesson.card.to_mapping() if lesson.card else None
    told = {"outcomes": lesson.outcomes, "converted": lesson.converted, "card": card, "body": lesson.body}
    sys.stdout.buffer.write(orjson.dumps(told))


def lesson_of(told: Iterable[Mapping[str, Any]], *, kinds: Mapping[str, str]) -> Lesson:
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
    try:
        learned = learn(rows, outcomes)
    except TooFewOutcomes:
        return Lesson(outcomes=len(outcomes), converted=sum(outcomes))
    return Lesson(outcomes=len(outcomes), converted=sum(outcomes), card=learned.card, body=learned.model.to_mapping())


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
    main()
