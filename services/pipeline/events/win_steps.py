"""The life of an opportunity out of its events, as a model of its chance reads it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from millrace.pipeline.v1 import opportunity_events_pb2 as messages

from chassis.consumer.event import decode
from services.pipeline.domain.sales_process import StageKind
from services.pipeline.domain.win_chance import Step
from services.pipeline.storage.win_history import Told

_KINDS: Mapping[int, str] = {messages.StageKind.Value(f"STAGE_KIND_{kind.name}"): kind.value for kind in StageKind}


def remember(events: Iterable[Told]) -> Sequence[Step]:
    """What each event left of the opportunity, in their order."""
    return [step_at(told.time, decode(told.event_type, told.payload)) for told in events]


def step_at(time: datetime, event: Any) -> Step:
    """What an event left of its opportunity."""
    state: messages.OpportunitySnapshot = event.opportunity
    conduct = state.conduct
    moved_back = isinstance(event, messages.OpportunityMoved) and event.move == messages.STAGE_MOVE_BACK
    return Step(
        time=time,
        is_open=state.state == messages.OPPORTUNITY_STATE_OPEN,
        create_time=_instant(state.create_time),
        stage=_KINDS.get(state.stage_kind, ""),
        stage_probability=state.probability,
        stage_entered_time=_instant(state.stage_entered_time),
        amount=_yuan(state),
        closing=_day(state),
        industry=state.industry,
        region=state.region,
        tier=state.tier,
        source="lead" if state.lead else "registration" if state.registration else "hand",
        has_campaign=bool(state.campaign),
        has_competitor=bool(state.competitor),
        counts=state.counts,
        evidence=len(conduct.evidence_kinds) if state.HasField("conduct") else None,
        quoted_time=_instant(conduct.first_quoted_time) if conduct.HasField("first_quoted_time") else None,
        moved_back=moved_back,
    )


def _yuan(state: messages.OpportunitySnapshot) -> int | None:
    """The amount in whole yuan; other currencies are not comparable."""
    is_yuan = state.HasField("amount") and state.amount.currency_code == "CNY"
    return int(state.amount.units) if is_yuan else None


def _day(state: messages.OpportunitySnapshot) -> date | None:
    closing = state.expected_close_date
    return date(closing.year, closing.month, closing.day) if state.HasField("expected_close_date") else None


def _instant(message: Timestamp) -> datetime:
    return message.ToDatetime(UTC)
