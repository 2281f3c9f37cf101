"""What leads publish: each event of the domain, its subject and its message."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from millrace.leads.v1 import lead_events_pb2 as messages
from millrace.leads.v1 import lead_pb2

from chassis.publication import Publication, Publications
from chassis.wire import instant, money_message, named
from services.leads.domain import account_candidates, conversion, erasing, merge_undoing, merging, resemblance
from services.leads.domain import lead as domain
from services.leads.domain.facts import Urgency
from services.leads.domain.lead import Grade, Lead
from services.leads.domain.lead_state import LeadState
from services.leads.domain.recycling_leads import running_spell

_STATES: dict[LeadState, Any] = {state: lead_pb2.LeadState.Value(f"LEAD_STATE_{state.name}") for state in LeadState}
_GRADES: dict[Grade, Any] = {grade: lead_pb2.Grade.Value(f"GRADE_{grade.value or 'UNSPECIFIED'}") for grade in Grade}
_URGENCIES: dict[Urgency, Any] = {
    urgency: lead_pb2.Urgency.Value(f"URGENCY_{(urgency.value or 'unspecified').upper()}") for urgency in Urgency
}


def snapshot(lead: Lead) -> messages.LeadSnapshot:
    """The lead's public state: ids, classes and amounts, nothing personal."""
    facts, outcome = lead.facts, lead.conversion.outcome if lead.conversion else None
    clock, running = lead.response, running_spell(lead)
    answer = clock.answer if clock else None
    return messages.LeadSnapshot(
        name=f"leads/{lead.uuid}",
        state=_STATES[lead.state],
        grade=_GRADES[lead.grade],
        owner=named("members", lead.owner),
        team=named("teams", lead.team),
        region=named("regions", lead.region),
        channel=named("channels", facts.channel),
        campaign=named("campaigns", facts.campaign),
        industry=facts.industry,
        budget_min=money_message(facts.budget.least),
        budget_max=money_message(facts.budget.most),
        urgency=_URGENCIES[facts.urgency],
        create_time=instant(lead.create_time),
        touch_count=lead.touch_count,
        received_time=instant(facts.received_time),
        account=named("accounts", outcome.account if outcome else None),
        contact=named("contacts", outcome.contact if outcome else None),
        registration=named("registrations", outcome.registration if outcome else None),
        opportunity=named("opportunities", outcome.opportunity if outcome else None),
        convert_time=instant(outcome.time if outcome else None),
        employee_count=facts.employee_count,
        demo_request_time=instant(facts.demo_request_time),
        response_start_time=instant(clock.start if clock else None),
        response_due_time=instant(clock.due if clock else None),
        first_response_time=instant(answer.time if answer else None),
        response_minutes=answer.minutes if answer else None,
        pool=named("leadPools", lead.pool),
        recycling_due_time=instant(running.falls.due if running and running.falls else None),
    )


def _leads(uuids: Iterable[UUID]) -> list[str]:
    return [named("leads", uuid) for uuid in uuids]


LEADS: Publications = {
    domain.LeadCreated: Publication("lead.created", lambda _, state: messages.LeadCreated(lead=state), state=snapshot),
    domain.LeadTouched: Publication("lead.touched", lambda _, state: messages.LeadTouched(lead=state), state=snapshot),
    domain.LeadUpdated: Publication(
        "lead.updated",
        lambda event, state: messages.LeadUpdated(lead=state, changed_fields=event.changed_fields),
        state=snapshot,
    ),
    domain.LeadGraded: Publication("lead.graded", lambda _, state: messages.LeadGraded(lead=state), state=snapshot),
    resemblance.LeadDuplicateConfirmed: Publication(
        "lead.duplicate_confirmed",
        lambda event, state: messages.LeadDuplicateConfirmed(lead=state, other=named("leads", event.other)),
        state=snapshot,
    ),
    resemblance.LeadDuplicateDismissed: Publication(
        "lead.duplicate_dismissed",
        lambda event, state: messages.LeadDuplicateDismissed(lead=state, other=named("leads", event.other)),
        state=snapshot,
    ),
    account_candidates.LeadAccountLinked: Publication(
        "lead.account_linked",
        lambda event, state: messages.LeadAccountLinked(lead=state, account=named("accounts", event.account)),
        state=snapshot,
    ),
    account_candidates.LeadAccountRefused: Publication(
        "lead.account_refused",
        lambda event, state: messages.LeadAccountRefused(lead=state, account=named("accounts", event.account)),
        state=snapshot,
    ),
    erasing.LeadPersonErased: Publication(
        "lead.person_erased", lambda _, state: messages.LeadPersonErased(lead=state), state=snapshot
    ),
    conversion.LeadConverting: Publication(
        "lead.converting", lambda _, state: messages.LeadConverting(lead=state), state=snapshot
    ),
    conversion.LeadConverted: Publication(
        "lead.converted", lambda _, state: messages.LeadConverted(lead=state), state=snapshot
    ),
    conversion.LeadConversionRefused: Publication(
        "lead.conversion_refused", lambda _, state: messages.LeadConversionRefused(lead=state), state=snapshot
    ),
    merging.LeadAbsorbed: Publication(
        "lead.absorbed",
        lambda event, state: messages.LeadAbsorbed(
            lead=state, others=_leads(event.others), changed_fields=event.changed_fields
        ),
        state=snapshot,
    ),
    merging.LeadMerged: Publication(
        "lead.merged",
        lambda event, state: messages.LeadMerged(lead=state, survivor=named("leads", event.survivor)),
        state=snapshot,
    ),
    merge_undoing.LeadReleased: Publication(
        "lead.released",
        lambda event, state: messages.LeadReleased(
            lead=state, others=_leads(event.others), changed_fields=event.changed_fields
        ),
        state=snapshot,
    ),
    merge_undoing.LeadRestored: Publication(
        "lead.restored",
        lambda event, state: messages.LeadRestored(lead=state, survivor=named("leads", event.survivor)),
        state=snapshot,
    ),
    domain.LeadAssigned: Publication(
        "lead.assigned", lambda _, state: messages.LeadAssigned(lead=state), state=snapshot
    ),
}
