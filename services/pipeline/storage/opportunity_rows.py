"""An opportunity as a row."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from kernel.money import Money
from services.pipeline.domain.evidence import Evidence, EvidenceKind, Waiver, WaiverState
from services.pipeline.domain.opportunity import Opportunity, OpportunityState
from services.pipeline.domain.opportunity_facts import AmountSource, Facts, Origin, Outcome, Standing
from services.pipeline.domain.sales_process import StageKind

_NO_AMOUNT = Money(minor=0, currency="")


def to_row(opportunity: Opportunity) -> Mapping[str, object]:
    """The columns of an opportunity."""
    standing, outcome, origin = opportunity.standing, opportunity.outcome, opportunity.origin
    stated = opportunity.stated_amount
    return {
        "uuid": opportunity.uuid,
        "account": opportunity.account,
        "tier": opportunity.tier,
        **_facts_to_row(opportunity.facts),
        "weighted_minor": opportunity.weighted_minor,
        "amount_source": opportunity.amount_source.value,
        "stated_minor": stated.minor if stated else None,
        "stated_currency": stated.currency if stated else None,
        "registration": origin.registration,
        "lead": origin.lead,
        "channel": origin.channel,
        "campaign": origin.campaign,
        "first_contact_time": origin.first_contact_time,
        "owner": opportunity.owner,
        "team": opportunity.team,
        "region": opportunity.region,
        "sales_process": opportunity.sales_process,
        "stage": standing.stage,
        "stage_kind": standing.kind.value,
        "stage_entered_time": standing.entered_time,
        "probability": standing.probability,
        "rot_time": standing.rot_time,
        "visit": standing.visit,
        "state": opportunity.state.value,
        "close_time": outcome.close_time,
        "loss_reason": outcome.loss_reason,
        "win_reason": outcome.win_reason,
        "contract": outcome.contract,
        "settle_time": outcome.settle_time,
        "counts": opportunity.counts,
        "evidence": [_evidence_to_json(each) for each in opportunity.evidence],
        "waivers": [_waiver_to_json(each) for each in opportunity.waivers],
        "postponements": opportunity.postponements,
        "last_promise": opportunity.last_promise,
        "need_confirmed_time": opportunity.need_confirmed_time,
        "quoted_time": opportunity.quoted_time,
        "first_quoted_time": opportunity.first_quoted_time,
        "follow_up_time": opportunity.follow_up_time,
        "create_time": opportunity.create_time,
        "update_time": opportunity.update_time,
    }


def from_row(row: Mapping[str, Any] | RowMapping) -> Opportunity:
    """The opportunity in a row."""
    return Opportunity(
        uuid=row["uuid"],
        version=row["version"],
        account=row["account"],
        tier=row["tier"],
        facts=_facts_from_row(row),
        amount_source=AmountSource(row["amount_source"] or AmountSource.STATED.value),
        stated_amount=_money(row["stated_minor"], row["stated_currency"]),
        origin=Origin(
            registration=row["registration"],
            lead=row["lead"],
            channel=row["channel"],
            campaign=row["campaign"],
            first_contact_time=row["first_contact_time"],
        ),
        owner=row["owner"],
        team=row["team"],
        region=row["region"],
        sales_process=row["sales_process"],
        standing=_standing_from_row(row),
        state=OpportunityState(row["state"]),
        outcome=Outcome(
            close_time=row["close_time"],
            loss_reason=row["loss_reason"],
            win_reason=row["win_reason"] or "",
            contract=row["contract"],
            settle_time=row["settle_time"],
        ),
        counts=row["counts"],
        evidence=tuple(_evidence_from_json(each) for each in row["evidence"]),
        waivers=tuple(_waiver_from_json(each) for each in row["waivers"]),
        postponements=row["postponements"],
        last_promise=row["last_promise"],
        need_confirmed_time=row["need_confirmed_time"],
        first_quoted_time=row["first_quoted_time"],
        follow_up_time=row["follow_up_time"],
        create_time=row["create_time"],
        update_time=row["update_time"],
    )


def _facts_to_row(facts: Facts) -> dict[str, object]:
    amount = facts.amount or _NO_AMOUNT
    return {
        "display_name": facts.display_name,
        "need": facts.need,
        "industry": facts.industry,
        "amount_minor": amount.minor,
        "amount_currency": amount.currency,
        "expected_close_date": facts.expected_close_date,
        "close_order": facts.expected_close_date or date.max,
        "next_step": facts.next_step,
        "next_step_date": facts.next_step_date,
        "competitor": facts.competitor,
        "tactics": facts.tactics,
    }


def _facts_from_row(row: Mapping[str, Any] | RowMapping) -> Facts:
    return Facts(
        display_name=row["display_name"],
        need=row["need"],
        industry=row["industry"],
        amount=_money(row["amount_minor"], row["amount_currency"]),
        expected_close_date=row["expected_close_date"],
        next_step=row["next_step"],
        next_step_date=row["next_step_date"],
        competitor=row["competitor"],
        tactics=row["tactics"],
    )


def _money(minor: int | None, currency: str | None) -> Money | None:
    return Money(minor=minor, currency=currency) if currency and minor is not None else None


def _standing_from_row(row: Mapping[str, Any] | RowMapping) -> Standing:
    return Standing(
        stage=row["stage"],
        kind=StageKind(row["stage_kind"]),
        entered_time=row["stage_entered_time"],
        probability=row["probability"],
        rot_time=row["rot_time"],
        visit=row["visit"],
    )


def _evidence_to_json(evidence: Evidence) -> dict[str, object]:
    return {
        "uuid": evidence.uuid,
        "kind": evidence.kind.value,
        "file": evidence.file,
        "linked": evidence.linked,
        "products": list(evidence.products),
        "note": evidence.note,
        "worth": [evidence.worth.minor, evidence.worth.currency] if evidence.worth else None,
        "actor": evidence.actor,
        "time": evidence.time.isoformat(),
    }


def _evidence_from_json(told: Mapping[str, Any]) -> Evidence:
    return Evidence(
        uuid=UUID(told["uuid"]),
        kind=EvidenceKind(told["kind"]),
        file=UUID(told["file"]) if told["file"] else None,
        linked=told["linked"],
        products=tuple(told.get("products", ())),  # none where an earlier release wrote it
        note=told["note"],
        worth=Money(minor=told["worth"][0], currency=told["worth"][1]) if told.get("worth") else None,
        actor=told["actor"],
        time=datetime.fromisoformat(told["time"]),
    )


def _waiver_to_json(waiver: Waiver) -> dict[str, object]:
    return {
        "uuid": waiver.uuid,
        "stage": waiver.stage,
        "reason": waiver.reason,
        "end_time": waiver.end_time.isoformat(),
        "requester": waiver.requester,
        "create_time": waiver.create_time.isoformat(),
        "state": waiver.state.value,
    }


def _waiver_from_json(told: Mapping[str, Any]) -> Waiver:
    return Waiver(
        uuid=UUID(told["uuid"]),
        stage=told["stage"],
        reason=told["reason"],
        end_time=datetime.fromisoformat(told["end_time"]),
        requester=told["requester"],
        create_time=datetime.fromisoformat(told["create_time"]),
        state=WaiverState(told["state"]),
    )
