"""Leads in content programmes, their mails and what came of them, on the wire."""

from collections.abc import Iterator, Mapping
from typing import Any

from millrace.leads.v1 import lead_nurturing_pb2 as contract
from millrace.leads.v1 import lead_nurturing_service_pb2 as service
from millrace.leads.v1 import nurturing_programme_service_pb2 as programmes

from chassis.mail import MailState
from chassis.rpc.wording import Wording
from chassis.wire import instant, named
from services.leads.application.nurturing.consenting import LeadStanding
from services.leads.application.nurturing.looking import Funnel, Rehearsal, left_out_by
from services.leads.domain.nurturing.enrolment import Nurturing, NurturingState
from services.leads.storage.nurturing_mails import StepMail
from trade.reasons import Reason

STATE_NUMBERS: Mapping[NurturingState, Any] = {
    each: contract.LeadNurturingState.Value(f"LEAD_NURTURING_STATE_{each.name}") for each in NurturingState
}
_MAIL_STATES: Mapping[MailState, Any] = {
    each: contract.NurturingMailState.Value(f"NURTURING_MAIL_STATE_{each.name}") for each in MailState
}


def nurturing_message(nurturing: Nurturing, words: Wording) -> contract.LeadNurturing:
    """A lead in a programme, with why its next step comes when it does, or why it ended."""
    return contract.LeadNurturing(
        name=nurturing.name,
        programme=named("nurturingProgrammes", nurturing.programme),
        content_version=nurturing.content_version,
        lead=named("leads", nurturing.lead),
        state=STATE_NUMBERS[nurturing.state],
        steps_taken=nurturing.steps_taken,
        next_time=instant(nurturing.due),
        reasons=words.reasons(_reasons(nurturing)),
        enter_time=instant(nurturing.enter_time),
        end_time=instant(nurturing.end_time),
        etag=str(nurturing.version),
    )


def _reasons(nurturing: Nurturing) -> Iterator[Reason]:
    if nurturing.is_active:
        yield Reason("NURTURING_NEXT_STEP", {"step": str(nurturing.steps_taken + 1)})
    yield from nurturing.reasons


def mail_message(mail: StepMail, words: Wording) -> contract.NurturingMail:
    """A mail of a step; why it was cancelled is told in the reader's words."""
    error = words.texts.render(mail.error, {}, words.locale) if mail.state is MailState.CANCELLED else mail.error
    return contract.NurturingMail(
        name=named("nurturingMails", mail.uuid),
        lead_nurturing=named("leadNurturings", mail.nurturing),
        programme=named("nurturingProgrammes", mail.programme),
        lead=named("leads", mail.lead),
        step=mail.step,
        state=_MAIL_STATES[mail.state],
        error=error,
        create_time=instant(mail.create_time),
        finish_time=instant(mail.finish_time),
        open_time=instant(mail.open_time),
        click_time=instant(mail.click_time),
        unsubscribe_time=instant(mail.unsubscribe_time),
    )


def standing_message(told: LeadStanding, words: Wording) -> service.LeadMailStanding:
    """Whether a lead may be mailed, and why not."""
    standing = told.standing
    reasons = []
    if not told.has_address:
        reasons.append(Reason("NURTURING_LEFT_OUT_NO_ADDRESS"))
    elif standing.refusal is not None:
        reasons.append(Reason(left_out_by(standing.refusal.name)))
    return service.LeadMailStanding(
        name=f"leads/{told.lead}/mailStanding",
        allowed=not reasons,
        reasons=words.reasons(reasons),
        consent_time=instant(standing.consented),
        unsubscribe_time=instant(standing.unsubscribed),
        bounce_time=instant(standing.bounced),
    )


def rehearsal_message(rehearsal: Rehearsal, words: Wording) -> programmes.RehearseNurturingProgrammeResponse:
    """How many would enter, and why others would not."""
    return programmes.RehearseNurturingProgrammeResponse(
        in_segment=rehearsal.in_segment,
        would_enter=rehearsal.would_enter,
        left_out=_hindrances(rehearsal.left_out, words),
    )


def funnel_message(funnel: Funnel, words: Wording) -> programmes.NurturingFunnel:
    """What came of a programme."""
    ended = {why: number for state, why, number in funnel.outcomes if state == NurturingState.ENDED.value}
    of_state: dict[str, int] = {}
    for state, _, number in funnel.outcomes:
        of_state[state] = of_state.get(state, 0) + number
    return programmes.NurturingFunnel(
        name=f"nurturingProgrammes/{funnel.programme}/funnel",
        entered=sum(of_state.values()),
        active=of_state.get(NurturingState.ACTIVE.value, 0),
        finished=of_state.get(NurturingState.FINISHED.value, 0),
        ended=_hindrances(ended, words),
        steps=[programmes.NurturingStepCounts(**each) for each in funnel.steps],
    )


def _hindrances(counted: Mapping[str, int], words: Wording) -> Iterator[programmes.NurturingHindrance]:
    for code, leads in sorted(counted.items()):
        (reason,) = words.reasons([Reason(code)])
        yield programmes.NurturingHindrance(reason=reason, leads=leads)
