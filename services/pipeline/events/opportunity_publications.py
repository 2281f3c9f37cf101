"""What pipeline publishes of opportunities and sales processes."""

from collections.abc import Mapping
from typing import Any

from millrace.pipeline.v1 import account_pb2
from millrace.pipeline.v1 import opportunity_events_pb2 as messages
from millrace.pipeline.v1 import sales_process_events_pb2 as process_messages

from chassis.publication import Publication, Publications
from chassis.wire import date_message, instant, money_message, named
from services.pipeline.domain import gates, winning
from services.pipeline.domain import opportunity as domain
from services.pipeline.domain import sales_process as processes
from services.pipeline.domain.account_profile import Phase
from services.pipeline.domain.opportunity import Opportunity, OpportunityState, StageMove
from services.pipeline.domain.opportunity_facts import AmountSource
from services.pipeline.domain.sales_process import SalesProcess, StageKind

STATE_NUMBERS: Mapping[OpportunityState, Any] = {
    state: messages.OpportunityState.Value(f"OPPORTUNITY_STATE_{state.name}") for state in OpportunityState
}
KIND_NUMBERS: Mapping[StageKind, Any] = {
    kind: messages.StageKind.Value(f"STAGE_KIND_{kind.name}") for kind in StageKind
}
SOURCE_NUMBERS: Mapping[AmountSource, Any] = {
    source: messages.AmountSource.Value(f"AMOUNT_SOURCE_{source.name}") for source in AmountSource
}
MOVE_NUMBERS: Mapping[StageMove, Any] = {
    move: messages.StageMove.Value(f"STAGE_MOVE_{move.name}") for move in StageMove
}
PHASE_NUMBERS: Mapping[Phase, Any] = {
    phase: account_pb2.AccountPhase.Value(f"ACCOUNT_PHASE_{phase.name}") for phase in Phase
}


def snapshot(opportunity: Opportunity) -> messages.OpportunitySnapshot:
    """The public state: ids, stage and amounts, nothing personal."""
    facts, origin, standing = opportunity.facts, opportunity.origin, opportunity.standing
    return messages.OpportunitySnapshot(
        name=opportunity.name,
        account=named("accounts", opportunity.account),
        registration=named("registrations", origin.registration),
        lead=named("leads", origin.lead),
        owner=named("members", opportunity.owner),
        team=named("teams", opportunity.team),
        region=named("regions", opportunity.region),
        industry=facts.industry,
        channel=named("channels", origin.channel),
        campaign=named("campaigns", origin.campaign),
        sales_process=named("salesProcesses", opportunity.sales_process),
        stage=standing.stage,
        stage_kind=KIND_NUMBERS[standing.kind],
        stage_entered_time=instant(standing.entered_time),
        state=STATE_NUMBERS[opportunity.state],
        amount=money_message(facts.amount),
        expected_close_date=date_message(facts.expected_close_date),
        loss_reason=opportunity.outcome.loss_reason,
        first_contact_time=instant(origin.first_contact_time),
        create_time=instant(opportunity.create_time),
        close_time=instant(opportunity.outcome.close_time),
        tier=opportunity.tier,
        competitor=facts.competitor,
        probability=standing.probability,
        counts=opportunity.counts,
        amount_source=SOURCE_NUMBERS[opportunity.amount_source],
        win_reason=opportunity.outcome.win_reason,
        conduct=messages.OpportunityConduct(
            need_confirmed_time=instant(opportunity.need_confirmed_time),
            first_quoted_time=instant(opportunity.first_quoted_time),
            evidence_kinds=sorted({each.kind.value for each in opportunity.evidence}),
        ),
        products=sorted({product for each in opportunity.evidence for product in each.products}),
    )


def customer(event: gates.OpportunityCreated) -> messages.OpportunityCustomer:
    """How the customer stood when it was opened."""
    return messages.OpportunityCustomer(phase=PHASE_NUMBERS[event.phase], tags=event.tags)


def acquaintance(event: domain.OpportunityWon | domain.OpportunityLost) -> messages.OpportunityAcquaintance | None:
    """Who was known when it closed; None where nobody counted."""
    known = event.acquaintance
    if known is None:
        return None
    return messages.OpportunityAcquaintance(contact_count=known.contacts, decision_maker_count=known.decision_makers)


def process_snapshot(process: SalesProcess) -> process_messages.SalesProcessSnapshot:
    """The public state of a process: what others need to name its stages."""
    return process_messages.SalesProcessSnapshot(
        name=named("salesProcesses", process.uuid),
        display_name_zh=process.name_zh,
        display_name_en=process.name_en,
        stages=[
            process_messages.StageSnapshot(
                key=stage.key,
                display_name_zh=stage.name_zh,
                display_name_en=stage.name_en,
                kind=KIND_NUMBERS[stage.kind],
                probability=stage.probability,
                expected_days=stage.expected_days or 0,
            )
            for stage in process.stages
        ],
        is_default=process.is_default,
        closed=process.closed,
    )


OPPORTUNITIES: Publications = {
    gates.OpportunityCreated: Publication(
        "opportunity.created",
        lambda event, state: messages.OpportunityCreated(opportunity=state, customer=customer(event)),
        snapshot,
    ),
    domain.OpportunityUpdated: Publication(
        "opportunity.updated",
        lambda event, state: messages.OpportunityUpdated(opportunity=state, changed_fields=event.changed_fields),
        snapshot,
    ),
    domain.OpportunityAssigned: Publication(
        "opportunity.assigned", lambda _, state: messages.OpportunityAssigned(opportunity=state), snapshot
    ),
    domain.OpportunityMoved: Publication(
        "opportunity.moved",
        lambda event, state: messages.OpportunityMoved(
            opportunity=state,
            from_stage=event.left.stage,
            from_kind=KIND_NUMBERS[event.left.kind],
            move=MOVE_NUMBERS[event.move],
            entered_time=instant(event.left.entered_time),
        ),
        snapshot,
    ),
    domain.OpportunityWon: Publication(
        "opportunity.won",
        lambda event, state: messages.OpportunityWon(opportunity=state, acquaintance=acquaintance(event)),
        snapshot,
    ),
    winning.OpportunityWinNoted: Publication(
        "opportunity.win_noted", lambda _, state: messages.OpportunityWinNoted(opportunity=state), snapshot
    ),
    domain.OpportunityLost: Publication(
        "opportunity.lost",
        lambda event, state: messages.OpportunityLost(opportunity=state, acquaintance=acquaintance(event)),
        snapshot,
    ),
    domain.OpportunityReopened: Publication(
        "opportunity.reopened", lambda _, state: messages.OpportunityReopened(opportunity=state), snapshot
    ),
    domain.OpportunitySettled: Publication(
        "opportunity.settled", lambda _, state: messages.OpportunitySettled(opportunity=state), snapshot
    ),
    winning.OpportunityUnsettled: Publication(
        "opportunity.unsettled", lambda _, state: messages.OpportunityUnsettled(opportunity=state), snapshot
    ),
    processes.SalesProcessCreated: Publication(
        "sales_process.created",
        lambda _, state: process_messages.SalesProcessCreated(sales_process=state),
        process_snapshot,
    ),
    processes.SalesProcessUpdated: Publication(
        "sales_process.updated",
        lambda _, state: process_messages.SalesProcessUpdated(sales_process=state),
        process_snapshot,
    ),
}
