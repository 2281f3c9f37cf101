"""What content programmes and the leads in them publish."""

from collections.abc import Mapping
from typing import Any

from millrace.leads.v1 import lead_nurturing_events_pb2 as messages
from millrace.leads.v1 import lead_nurturing_pb2, nurturing_programme_pb2
from millrace.leads.v1 import nurturing_programme_events_pb2 as programme_messages

from chassis.publication import Publication, Publications
from chassis.wire import instant, named
from services.leads.domain.nurturing import enrolment, programme
from services.leads.domain.nurturing.enrolment import Nurturing, NurturingState
from services.leads.domain.nurturing.programme import Programme, ProgrammeState

_STATES: Mapping[NurturingState, Any] = {
    each: lead_nurturing_pb2.LeadNurturingState.Value(f"LEAD_NURTURING_STATE_{each.name}") for each in NurturingState
}
_PROGRAMME_STATES: Mapping[ProgrammeState, Any] = {
    each: nurturing_programme_pb2.NurturingProgrammeState.Value(f"NURTURING_PROGRAMME_STATE_{each.name}")
    for each in ProgrammeState
}


def _snapshot(nurturing: Nurturing) -> messages.LeadNurturingSnapshot:
    """Ids and where it stands: no address, no word of a mail."""
    ended = nurturing.state is NurturingState.ENDED
    return messages.LeadNurturingSnapshot(
        name=nurturing.name,
        programme=named("nurturingProgrammes", nurturing.programme),
        content_version=nurturing.content_version,
        lead=named("leads", nurturing.lead),
        state=_STATES[nurturing.state],
        steps_taken=nurturing.steps_taken,
        next_time=instant(nurturing.due),
        end_reason=nurturing.reasons[0].code if ended else "",
    )


def _programme(told: Programme) -> programme_messages.NurturingProgrammeSnapshot:
    return programme_messages.NurturingProgrammeSnapshot(
        name=told.name,
        display_name=told.display_name,
        segment=told.content.segment,
        step_count=len(told.content.steps),
        state=_PROGRAMME_STATES[told.state],
        content_version=told.content_version,
    )


NURTURING: Publications = {
    programme.ProgrammeCreated: Publication(
        "nurturing_programme.created",
        lambda _, state: programme_messages.NurturingProgrammeCreated(nurturing_programme=state),
        state=_programme,
    ),
    programme.ProgrammeUpdated: Publication(
        "nurturing_programme.updated",
        lambda _, state: programme_messages.NurturingProgrammeUpdated(nurturing_programme=state),
        state=_programme,
    ),
    programme.ProgrammeActivated: Publication(
        "nurturing_programme.activated",
        lambda _, state: programme_messages.NurturingProgrammeActivated(nurturing_programme=state),
        state=_programme,
    ),
    programme.ProgrammePaused: Publication(
        "nurturing_programme.paused",
        lambda _, state: programme_messages.NurturingProgrammePaused(nurturing_programme=state),
        state=_programme,
    ),
    enrolment.NurturingEntered: Publication(
        "lead_nurturing.entered", lambda _, state: messages.LeadNurturingEntered(lead_nurturing=state), state=_snapshot
    ),
    enrolment.NurturingStepped: Publication(
        "lead_nurturing.stepped",
        lambda event, state: messages.LeadNurturingStepped(
            lead_nurturing=state, mail=named("nurturingMails", event.mail)
        ),
        state=_snapshot,
    ),
    enrolment.NurturingPutOff: Publication(
        "lead_nurturing.put_off", lambda _, state: messages.LeadNurturingPutOff(lead_nurturing=state), state=_snapshot
    ),
    enrolment.NurturingFinished: Publication(
        "lead_nurturing.finished",
        lambda _, state: messages.LeadNurturingFinished(lead_nurturing=state),
        state=_snapshot,
    ),
    enrolment.NurturingEnded: Publication(
        "lead_nurturing.ended", lambda _, state: messages.LeadNurturingEnded(lead_nurturing=state), state=_snapshot
    ),
}
