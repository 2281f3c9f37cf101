"""Recycling clocks on the wire."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from millrace.leads.v1 import lead_recycling_pb2
from millrace.leads.v1 import lead_recycling_service_pb2 as contract

from chassis.rpc.wording import Wording
from chassis.wire import instant, named, put_instant
from services.leads.domain.lead import Grade, Lead
from services.leads.domain.recycling import RecycleRule, extension_of
from services.leads.domain.recycling_leads import RecyclingState, recycling_state, running_spell
from services.leads.domain.recycling_reasons import reasons_of_spell
from services.leads.rpc.lead_messages import GRADE_NUMBERS
from services.leads.storage.recycling_notices import RecyclingNotice, RecyclingNoticeKind
from trade.pools.clock import RecycleStep
from trade.pools.rehearsal import Recycled, RehearsedRecycling

_STATES: Mapping[RecyclingState, Any] = {
    each: lead_recycling_pb2.LeadRecyclingState.Value(f"LEAD_RECYCLING_STATE_{each.name}") for each in RecyclingState
}
_RULES: Mapping[RecycleRule, Any] = {
    each: lead_recycling_pb2.LeadRecyclingRule.Value(f"LEAD_RECYCLING_RULE_{each.name}") for each in RecycleRule
}
_STEPS: Mapping[RecycleStep, Any] = {
    each: lead_recycling_pb2.LeadRecyclingStep.Value(f"LEAD_RECYCLING_STEP_{each.name}") for each in RecycleStep
}
_KINDS: Mapping[RecyclingNoticeKind, Any] = {
    each: contract.LeadRecyclingNoticeKind.Value(f"LEAD_RECYCLING_NOTICE_KIND_{each.name}")
    for each in RecyclingNoticeKind
}


def put_recycling(message: lead_recycling_pb2.LeadRecycling, lead: Lead) -> None:
    """Until when the owner keeps a lead, and what comes next."""
    state, clock, running = recycling_state(lead), lead.recycling, running_spell(lead)
    message.state = _STATES[state]
    if clock is None or state is RecyclingState.NONE:
        return
    message.member = named("members", clock.owner)
    message.rules_version = clock.rules
    put_instant(message.start_time, clock.start)
    if clock.falls is not None:
        message.rule, message.limit_days = _RULES[clock.falls.rule], clock.falls.days
        put_instant(message.due_time, clock.falls.due)
    extension = extension_of(clock)
    if extension is not None:
        message.follow_up = named("leadFollowUps", extension.source)
        put_instant(message.follow_up_time, extension.time)
    coming = running.next_step if running else None
    if coming is not None:
        message.next_step = _STEPS[coming[0]]
        put_instant(message.next_time, coming[1])


def put_recycling_reasons(
    message: lead_recycling_pb2.LeadRecycling, lead: Lead, wording: Wording, *, zone: ZoneInfo
) -> None:
    """Why it falls back then, and what extends it; days are told as the calendar of the house has them."""
    if lead.recycling is not None:
        message.reasons.extend(wording.reasons(reasons_of_spell(lead.recycling, recycling_state(lead), zone)))


def notice_message(notice: RecyclingNotice) -> contract.LeadRecyclingNotice:
    """What a clock came to, on the wire."""
    return contract.LeadRecyclingNotice(
        name=f"leadRecyclingNotices/{notice.uuid}",
        lead=named("leads", notice.lead),
        kind=_KINDS[notice.kind],
        time=instant(notice.time),
        told=notice.told,
        owner=named("members", notice.owner),
        grade=GRADE_NUMBERS[notice.grade],
        rule=_RULES[notice.rule],
        due_time=instant(notice.due),
        pool=named("leadPools", notice.pool),
    )


def rehearsed_message(rehearsed: RehearsedRecycling) -> contract.RehearsedRecycling:
    """How the leads of a grade stand, and would stand."""
    return contract.RehearsedRecycling(
        grade=GRADE_NUMBERS[Grade(rehearsed.kind)],
        leads=rehearsed.count,
        now=_counts(rehearsed.now),
        then=_counts(rehearsed.then),
    )


def _counts(counted: Recycled) -> contract.LeadRecyclingCounts:
    return contract.LeadRecyclingCounts(
        with_limit=counted.limited,
        near=counted.near,
        recycled=counted.due,
        recycled_warned=counted.due_warned,
    )
