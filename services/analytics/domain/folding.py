"""How a fact follows from the one before and from what an event tells; nothing else is asked."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from services.analytics.domain.facts import (
    NOBODY,
    STEPS,
    LeadFact,
    OpportunityFact,
    Outcome,
    RegistrationFact,
    StageVisitFact,
    Step,
)

_CONVERTED, _DISQUALIFIED = "converted", "disqualified"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpportunityTold:
    """What an event tells of an opportunity, with the day it happened."""

    uuid: UUID
    day: date
    created: date
    owner: UUID = NOBODY
    team: UUID = NOBODY
    region: UUID = NOBODY
    channel: str = ""
    campaign: str = ""
    industry: str = ""
    counts: bool = True
    amount: int = 0
    currency: str = ""
    stage: Step = Step.PROSPECT
    entered_time: datetime
    state: str = "open"
    closed: date | None = None
    closed_time: datetime | None = None
    first_contact_time: datetime | None = None
    loss_reason: str = ""


def lead_after(before: LeadFact | None, told: LeadFact, *, day: date) -> LeadFact:
    """A lead is converted or disqualified on the day it first says so, until it says otherwise."""
    return replace(
        told,
        converted=_since(before.converted if before else None, told.state == _CONVERTED, day),
        disqualified=_since(before.disqualified if before else None, told.state == _DISQUALIFIED, day),
    )


def registration_after(
    before: RegistrationFact | None, told: RegistrationFact, *, opened: bool, day: date
) -> RegistrationFact:
    """An opportunity came of a registration on the day it first says so."""
    return replace(told, opened=_since(before.opened if before else None, opened, day))


def opportunity_after(
    before: OpportunityFact | None, told: OpportunityTold
) -> tuple[OpportunityFact, StageVisitFact | None]:
    """The opportunity after an event, and the stay that ended with it.

    What was reached once stays reached, however far it falls back. A stage that was skipped was reached with the one
    behind it, and all of them with the signature. Moving between stages of one kind is one stay.
    """
    reached = Step.SIGNING if told.state == "won" else told.stage
    moved = before is not None and before.stage is not told.stage
    after = OpportunityFact(
        uuid=told.uuid,
        owner=told.owner,
        team=told.team,
        region=told.region,
        channel=told.channel,
        campaign=told.campaign,
        industry=told.industry,
        created=told.created,
        counts=told.counts,
        amount=told.amount,
        currency=told.currency,
        furthest=_furthest(before, reached),
        **_first_days(before, reached, told.day),
        state=told.state,
        closed=told.closed if told.state != "open" else None,
        closed_time=told.closed_time if told.state != "open" else None,
        first_contact_time=told.first_contact_time,
        loss_reason=told.loss_reason if told.state == "lost" else "",
        stage=told.stage,
        entered_time=told.entered_time if before is None or moved else before.entered_time,
        stay=1 if before is None else before.stay + moved,
    )
    if before is None or not moved:
        return after, None
    forward = STEPS.index(told.stage) > STEPS.index(before.stage)
    outcome = Outcome.MOVED_ON if forward else Outcome.MOVED_BACK
    return after, replace(present_visit(before), left_time=told.entered_time, outcome=outcome)


def present_visit(fact: OpportunityFact) -> StageVisitFact:
    """The stay in the stage where an opportunity is, or was when it was closed; signing is moving on."""
    return StageVisitFact(
        uuid=fact.uuid,
        owner=fact.owner,
        team=fact.team,
        region=fact.region,
        stay=fact.stay,
        counts=fact.counts,
        stage=fact.stage,
        entered_time=fact.entered_time,
        left_time=fact.closed_time,
        outcome=_OUTCOMES[fact.state],
    )


_OUTCOMES = {"open": Outcome.OPEN, "won": Outcome.MOVED_ON, "lost": Outcome.LOST}


def _furthest(before: OpportunityFact | None, stage: Step) -> Step:
    if before is None or STEPS.index(stage) > STEPS.index(before.furthest):
        return stage
    return before.furthest


def _first_days(before: OpportunityFact | None, reached: Step, day: date) -> dict[str, date | None]:
    """The day each step was first reached; a skipped one with the step behind it."""
    days: dict[str, date | None] = {}
    for step in STEPS[1:]:
        known = before.reached(step) if before is not None else None
        now = STEPS.index(step) <= STEPS.index(reached)
        days[step.value] = known or (day if now else None)
    return days


def _since(known: date | None, holds: bool, day: date) -> date | None:
    return (known or day) if holds else None
