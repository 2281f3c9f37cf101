"""Opportunities between messages and the domain."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from millrace.pipeline.v1 import opportunity_events_pb2 as enums
from millrace.pipeline.v1 import opportunity_pb2, opportunity_service_pb2

from chassis.rpc.wording import Wording
from chassis.wire import (
    date_message,
    date_of,
    instant,
    money_message,
    money_of,
    named,
    reference,
    uuid_of,
)
from kernel.money import Money
from services.pipeline.application.opportunity_reading import ShownOpportunity
from services.pipeline.domain.gates import Gap, gate_debt
from services.pipeline.domain.opportunity import Opportunity, OpportunityState
from services.pipeline.domain.opportunity_facts import AmountSource, Facts, Opening
from services.pipeline.domain.opportunity_rules import attention
from services.pipeline.domain.sales_process import StageKind
from services.pipeline.domain.win_chance import classed_minor, expected_minor
from services.pipeline.rpc.win_messages import chance_message
from services.pipeline.storage.opportunities import BoardSum, StageVisit
from services.pipeline.storage.opportunity_conflicts import Conflict
from trade.industries import industry_code
from trade.reasons import Reason

STATE_NUMBERS: Mapping[OpportunityState, Any] = {
    state: enums.OpportunityState.Value(f"OPPORTUNITY_STATE_{state.name}") for state in OpportunityState
}
SOURCE_NUMBERS: Mapping[AmountSource, Any] = {
    source: enums.AmountSource.Value(f"AMOUNT_SOURCE_{source.name}") for source in AmountSource
}
KIND_NUMBERS: Mapping[StageKind, Any] = {kind: enums.StageKind.Value(f"STAGE_KIND_{kind.name}") for kind in StageKind}
KINDS: Mapping[int, StageKind] = {number: kind for kind, number in KIND_NUMBERS.items()}


def facts_of(message: opportunity_pb2.Opportunity, *, path: str = "opportunity") -> Facts:
    """What the message says of an opportunity; raises InvalidField with the field's path."""
    return Facts(
        display_name=message.display_name.strip(),
        need=message.need.strip(),
        industry=industry_code(message.industry),
        amount=money_of(message.amount, field=f"{path}.amount") if message.HasField("amount") else None,
        expected_close_date=(
            date_of(message.expected_close_date, field=f"{path}.expected_close_date")
            if message.HasField("expected_close_date")
            else None
        ),
        next_step=message.next_step.strip(),
        next_step_date=(
            date_of(message.next_step_date, field=f"{path}.next_step_date")
            if message.HasField("next_step_date")
            else None
        ),
        competitor=message.competitor.strip(),
        tactics=message.tactics.strip(),
    )


def opening_of(message: opportunity_pb2.Opportunity) -> Opening:
    """An opportunity entered by hand; raises InvalidField."""
    return Opening(
        account=uuid_of(message.account, field="opportunity.account"),
        facts=facts_of(message),
        sales_process=reference(message.sales_process, field="opportunity.sales_process"),
    )


def facts_message(facts: Facts) -> opportunity_pb2.Opportunity:
    """A message that holds the facts and nothing else."""
    return opportunity_pb2.Opportunity(
        display_name=facts.display_name,
        need=facts.need,
        industry=facts.industry,
        amount=money_message(facts.amount),
        expected_close_date=date_message(facts.expected_close_date),
        next_step=facts.next_step,
        next_step_date=date_message(facts.next_step_date),
        competitor=facts.competitor,
        tactics=facts.tactics,
    )


def to_message(shown: ShownOpportunity, wording: Wording) -> opportunity_pb2.Opportunity:
    """The opportunity with its chance, what deserves attention and what it owes to gates, as of now."""
    opportunity, cutoffs, chance = shown.opportunity, shown.cutoffs, shown.chance
    message = facts_message(opportunity.facts)
    _put_standing(message, opportunity)
    seen = attention(opportunity, cutoffs)
    message.rotting, message.overdue = seen.rotting, seen.overdue
    message.missed_quote, message.forgotten_follow_up = seen.missed_quote, seen.forgotten_follow_up
    message.value_class = cutoffs.rules.class_of(opportunity, minor=classed_minor(opportunity, chance))
    message.win_chance.CopyFrom(chance_message(chance, wording, region_name=shown.region_name))
    amount = opportunity.facts.amount
    if amount is not None and chance.probability is not None:
        expected = Money(minor=expected_minor(opportunity, chance), currency=amount.currency)
        message.expected_amount.CopyFrom(money_message(expected))
    message.gate_debt.extend(gap_messages(gate_debt(shown.process, opportunity, now=cutoffs.now), wording))
    return message


def _put_standing(message: opportunity_pb2.Opportunity, opportunity: Opportunity) -> None:
    origin, standing, outcome = opportunity.origin, opportunity.standing, opportunity.outcome
    amount = opportunity.facts.amount
    message.MergeFrom(
        opportunity_pb2.Opportunity(
            name=opportunity.name,
            account=named("accounts", opportunity.account),
            registration=named("registrations", origin.registration),
            lead=named("leads", origin.lead),
            owner=named("members", opportunity.owner),
            team=named("teams", opportunity.team),
            region=named("regions", opportunity.region),
            tier=opportunity.tier,
            channel=named("channels", origin.channel),
            campaign=named("campaigns", origin.campaign),
            sales_process=named("salesProcesses", opportunity.sales_process),
            stage=standing.stage,
            stage_kind=KIND_NUMBERS[standing.kind],
            stage_entered_time=instant(standing.entered_time),
            state=STATE_NUMBERS[opportunity.state],
            weighted_amount=(
                money_message(Money(minor=opportunity.weighted_minor, currency=amount.currency)) if amount else None
            ),
            amount_source=SOURCE_NUMBERS[opportunity.amount_source],
            stated_amount=money_message(opportunity.stated_amount),
            probability=standing.probability,
            postponement_count=opportunity.postponements,
            loss_reason=outcome.loss_reason,
            win_reason=outcome.win_reason,
            contract=named("contracts", outcome.contract),
            first_contact_time=instant(origin.first_contact_time),
            create_time=instant(opportunity.create_time),
            update_time=instant(opportunity.update_time),
            close_time=instant(outcome.close_time),
            settle_time=instant(outcome.settle_time),
            counts=opportunity.counts,
            etag=str(opportunity.version),
        )
    )


def gap_messages(gaps: Iterable[Gap], wording: Wording) -> list[opportunity_pb2.GateGap]:
    """What is missing, worded."""
    return [
        opportunity_pb2.GateGap(
            stage=gap.stage,
            missing=wording.reasons([Reason("GATE_ASKS", {"missing": gap.requirement.code})])[0],
            waived=gap.waived,
        )
        for gap in gaps
    ]


def visit_message(visit: StageVisit, *, now: datetime) -> opportunity_pb2.StageVisit:
    """A stay, with how long it lasted; one that goes on, so far."""
    lasted = (visit.left_time or now) - visit.entered_time
    return opportunity_pb2.StageVisit(
        stage=visit.stage,
        stage_kind=KIND_NUMBERS[StageKind(visit.kind)],
        entered_time=instant(visit.entered_time),
        left_time=instant(visit.left_time),
        outcome=visit.move,
        actor=visit.actor,
        duration_seconds=int(lasted.total_seconds()),
    )


def sum_message(told: BoardSum) -> opportunity_service_pb2.StageSum:
    """What stands in one stage, in one currency, and what of it counts."""

    def money(minor: int) -> Any:
        return money_message(Money(minor=minor, currency=told.currency)) if told.currency else None

    return opportunity_service_pb2.StageSum(
        sales_process=named("salesProcesses", told.sales_process),
        stage=told.stage,
        state=STATE_NUMBERS[OpportunityState(told.state)],
        count=told.opportunities,
        amount=money(told.amount_minor),
        weighted_amount=money(told.weighted_minor),
        counting=told.counting,
        counting_amount=money(told.counting_minor),
        counting_weighted_amount=money(told.counting_weighted_minor),
    )


def conflict_message(conflict: Conflict, wording: Wording) -> opportunity_pb2.OpportunityConflict:
    """What does not fit, worded."""
    return opportunity_pb2.OpportunityConflict(
        name=named("opportunityConflicts", conflict.uuid),
        opportunity=named("opportunities", conflict.opportunity),
        linked=conflict.linked,
        reason=wording.reasons([Reason(conflict.code, {"state": conflict.state})])[0],
        time=instant(conflict.time),
        owner=named("members", conflict.owner),
        team=named("teams", conflict.team),
        region=named("regions", conflict.region),
        close_time=instant(conflict.close_time),
        closer=conflict.closer or "",
        comment=conflict.comment or "",
    )


def member_of(name: str) -> UUID | None:
    """The member a board is asked for; None for all."""
    return reference(name, field="owner")
