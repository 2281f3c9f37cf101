"""What leads publish of follow-ups and of first responses."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from millrace.leads.v1 import lead_events_pb2 as messages
from millrace.leads.v1 import lead_follow_up_events_pb2 as follow_up_messages
from millrace.leads.v1 import lead_follow_up_pb2

from chassis.publication import Publication, Publications
from chassis.wire import instant, named
from services.leads.domain import follow_up as follow_ups
from services.leads.domain import responding
from services.leads.domain.follow_up import FollowUp
from services.leads.domain.follow_up_kinds import FollowUpKind, FollowUpOutcome
from services.leads.events.publications import snapshot

_KINDS: dict[FollowUpKind, Any] = {
    kind: lead_follow_up_pb2.LeadFollowUpKind.Value(f"LEAD_FOLLOW_UP_KIND_{kind.name}") for kind in FollowUpKind
}
_OUTCOMES: dict[FollowUpOutcome, Any] = {
    outcome: lead_follow_up_pb2.LeadFollowUpOutcome.Value(f"LEAD_FOLLOW_UP_OUTCOME_{outcome.name}")
    for outcome in FollowUpOutcome
}


def follow_up_snapshot(told: FollowUp) -> follow_up_messages.LeadFollowUpSnapshot:
    """The follow-up's public state: no word of it."""
    facts = told.facts
    return follow_up_messages.LeadFollowUpSnapshot(
        name=told.name,
        lead=named("leads", told.lead),
        kind=_KINDS[facts.kind],
        outcome=_OUTCOMES[facts.outcome],
        time=instant(facts.time),
        next_step_time=instant(facts.next_step_time),
        author=told.author,
        create_time=instant(told.create_time),
        withdrawn=told.withdrawn,
    )


def _names(members: Sequence[UUID]) -> list[str]:
    return [named("members", member) for member in members]


FOLLOW_UPS: Publications = {
    follow_ups.FollowUpCreated: Publication(
        "lead_follow_up.created",
        lambda _, state: follow_up_messages.LeadFollowUpCreated(lead_follow_up=state),
        state=follow_up_snapshot,
    ),
    follow_ups.FollowUpCorrected: Publication(
        "lead_follow_up.corrected",
        lambda _, state: follow_up_messages.LeadFollowUpCorrected(lead_follow_up=state),
        state=follow_up_snapshot,
    ),
}
RESPONSES: Publications = {
    responding.LeadResponded: Publication(
        "lead.responded", lambda _, state: messages.LeadResponded(lead=state), state=snapshot
    ),
    responding.LeadResponseReopened: Publication(
        "lead.response_reopened", lambda _, state: messages.LeadResponseReopened(lead=state), state=snapshot
    ),
    responding.LeadResponseRescheduled: Publication(
        "lead.response_rescheduled", lambda _, state: messages.LeadResponseRescheduled(lead=state), state=snapshot
    ),
    responding.LeadResponseWarned: Publication(
        "lead.response_warned",
        lambda event, state: messages.LeadResponseWarned(lead=state, told=_names(event.told)),
        state=snapshot,
    ),
    responding.LeadResponseMissed: Publication(
        "lead.response_missed",
        lambda event, state: messages.LeadResponseMissed(lead=state, told=_names(event.told)),
        state=snapshot,
    ),
    responding.LeadResponseEscalated: Publication(
        "lead.response_escalated",
        lambda event, state: messages.LeadResponseEscalated(lead=state, told=_names(event.told)),
        state=snapshot,
    ),
    responding.LeadResponseStuck: Publication(
        "lead.response_stuck",
        lambda event, state: messages.LeadResponseStuck(lead=state, told=_names(event.told)),
        state=snapshot,
    ),
}
