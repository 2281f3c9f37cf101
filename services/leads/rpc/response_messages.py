"""First-response clocks on the wire."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from millrace.leads.v1 import lead_response_pb2
from millrace.leads.v1 import lead_response_service_pb2 as contract

from chassis.rpc.wording import Wording
from chassis.wire import instant, named, put_instant
from services.leads.domain.lead import Grade, Lead
from services.leads.domain.lead_state import OPEN_STATES
from services.leads.domain.response import ResponseState, ResponseStep
from services.leads.domain.response_notices import NoticeKind, ResponseNotice
from services.leads.domain.response_reasons import reasons_of_clock
from services.leads.domain.response_rehearsal import Reached, RehearsedGrade
from services.leads.rpc.lead_messages import GRADE_NUMBERS

_STATES: Mapping[ResponseState, Any] = {
    each: lead_response_pb2.LeadResponseState.Value(f"LEAD_RESPONSE_STATE_{each.name}") for each in ResponseState
}
_STEPS: Mapping[ResponseStep, Any] = {
    each: lead_response_pb2.LeadResponseStep.Value(f"LEAD_RESPONSE_STEP_{each.name}") for each in ResponseStep
}
_KINDS: Mapping[NoticeKind, Any] = {
    each: contract.LeadResponseNoticeKind.Value(f"LEAD_RESPONSE_NOTICE_KIND_{each.name}") for each in NoticeKind
}


def put_response(message: lead_response_pb2.LeadResponse, lead: Lead, *, now: datetime) -> None:
    """How it stands now with the first response to a lead."""
    clock = lead.response
    if clock is None:
        message.state = _STATES[ResponseState.NONE]
        return
    running = lead.running_clock
    coming = running.next_step if running else None
    message.state = _STATES[clock.standing(now=now, is_open=lead.state in OPEN_STATES)]
    message.member = named("members", clock.owner)
    message.rules_version = clock.rules
    put_instant(message.start_time, clock.start)
    if clock.due is not None:
        put_instant(message.due_time, clock.due)
    if coming is not None:
        message.next_step = _STEPS[coming[0]]
        put_instant(message.next_time, coming[1])
    if clock.answer is not None:
        put_instant(message.response_time, clock.answer.time)
        message.response_minutes = clock.answer.minutes
        message.follow_up = named("leadFollowUps", clock.answer.follow_up)


def put_response_reasons(
    message: lead_response_pb2.LeadResponse, lead: Lead, wording: Wording, *, zone: ZoneInfo
) -> None:
    """Why the deadline is what it is; instants are told as the clocks of the house show them."""
    if lead.response is not None:
        message.reasons.extend(wording.reasons(reasons_of_clock(lead.response, zone)))


def notice_message(notice: ResponseNotice) -> contract.LeadResponseNotice:
    """What a clock came to, on the wire."""
    return contract.LeadResponseNotice(
        name=f"leadResponseNotices/{notice.uuid}",
        lead=named("leads", notice.lead),
        kind=_KINDS[notice.kind],
        time=instant(notice.time),
        told=notice.told,
        owner=named("members", notice.owner),
        grade=GRADE_NUMBERS[notice.grade],
        due_time=instant(notice.due),
        response_minutes=notice.minutes,
        follow_up=named("leadFollowUps", notice.follow_up),
    )


def rehearsed_message(rehearsed: RehearsedGrade) -> contract.RehearsedGrade:
    """How the leads of a grade stand, and would stand."""
    return contract.RehearsedGrade(
        grade=GRADE_NUMBERS[Grade(rehearsed.grade)],
        leads=rehearsed.leads,
        now=_counts(rehearsed.now),
        then=_counts(rehearsed.then),
    )


def _counts(reached: Reached) -> contract.LeadResponseCounts:
    steps = reached.steps
    return contract.LeadResponseCounts(
        with_deadline=reached.with_deadline,
        warned=steps.get(ResponseStep.WARN, 0),
        overdue=steps.get(ResponseStep.MISS, 0),
        escalated=steps.get(ResponseStep.ESCALATE, 0),
        reassigned=steps.get(ResponseStep.REASSIGN, 0),
    )
