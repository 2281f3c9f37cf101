"""Follow-ups between messages and the domain."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from millrace.leads.v1 import lead_follow_up_pb2

from chassis.wire import instant, instant_of, named
from services.leads.domain.follow_up import Correction, FollowUp, FollowUpFacts
from services.leads.domain.follow_up_kinds import FollowUpKind, FollowUpOutcome

_KIND_NUMBERS: Mapping[FollowUpKind, Any] = {
    each: lead_follow_up_pb2.LeadFollowUpKind.Value(f"LEAD_FOLLOW_UP_KIND_{each.name}") for each in FollowUpKind
}
_OUTCOME_NUMBERS: Mapping[FollowUpOutcome, Any] = {
    each: lead_follow_up_pb2.LeadFollowUpOutcome.Value(f"LEAD_FOLLOW_UP_OUTCOME_{each.name}")
    for each in FollowUpOutcome
}
_KINDS: Mapping[int, FollowUpKind] = {number: kind for kind, number in _KIND_NUMBERS.items()}
_OUTCOMES: Mapping[int, FollowUpOutcome] = {number: outcome for outcome, number in _OUTCOME_NUMBERS.items()}
_PATH = "lead_follow_up"


def facts_of(message: lead_follow_up_pb2.LeadFollowUp, *, now: datetime) -> FollowUpFacts:
    """What the message says was done, now where it does not say when; raises InvalidField with the field's path."""
    following = message.next_step_time if message.HasField("next_step_time") else None
    return FollowUpFacts(
        kind=_KINDS[message.kind],
        outcome=_OUTCOMES[message.outcome],
        time=instant_of(message.time, field=f"{_PATH}.time") if message.HasField("time") else now,
        note=message.note.strip(),
        next_step=message.next_step.strip(),
        next_step_time=instant_of(following, field=f"{_PATH}.next_step_time") if following is not None else None,
    )


def to_message(told: FollowUp) -> lead_follow_up_pb2.LeadFollowUp:
    """The follow-up on the wire, as it stands."""
    facts = told.facts
    return lead_follow_up_pb2.LeadFollowUp(
        name=told.name,
        lead=named("leads", told.lead),
        kind=_KIND_NUMBERS[facts.kind],
        outcome=_OUTCOME_NUMBERS[facts.outcome],
        note=facts.note,
        time=instant(facts.time),
        next_step=facts.next_step,
        next_step_time=instant(facts.next_step_time),
        author=told.author,
        create_time=instant(told.create_time),
        withdrawn=told.withdrawn,
        etag=str(told.version),
    )


def correction_message(correction: Correction) -> lead_follow_up_pb2.LeadFollowUpCorrection:
    """What stood before a correction."""
    before = correction.before
    return lead_follow_up_pb2.LeadFollowUpCorrection(
        time=instant(correction.time),
        actor=correction.actor,
        reason=correction.reason,
        kind=_KIND_NUMBERS[before.kind],
        outcome=_OUTCOME_NUMBERS[before.outcome],
        note=before.note,
        happen_time=instant(before.time),
        next_step=before.next_step,
        next_step_time=instant(before.next_step_time),
    )
