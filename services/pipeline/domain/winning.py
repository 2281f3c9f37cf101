"""Why business was won, as people say it and may think better of; and that what was won is owed again."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from kernel.errors import Kind, Refusal
from kernel.events import Change
from services.pipeline.domain.opportunity import Opportunity, OpportunityState


@dataclass(frozen=True, slots=True)
class OpportunityWinNoted:
    """Why it was won was noted, or corrected."""


@dataclass(frozen=True, slots=True)
class OpportunityUnsettled:
    """Something is owed again of the contract it was won by."""


@dataclass(eq=False, kw_only=True)
class OpportunityNotWon(Refusal):
    """Why it was won can be told of a won one only."""

    kind = Kind.RULE_VIOLATION
    reason = "OPPORTUNITY_NOT_WON"

    state: str


def win_noted(
    opportunity: Opportunity, *, reason: str, competitor: str, tactics: str, now: datetime
) -> Change[Opportunity]:
    """Note why it was won (赢单原因), who was beaten and by what; a later note corrects the one before.

    Of competitor and tactics what was said before stays where nothing is told. Raises OpportunityNotWon.
    """
    if opportunity.state is not OpportunityState.WON:
        raise OpportunityNotWon(state=opportunity.state.value)
    told = opportunity.facts
    facts = replace(told, competitor=competitor or told.competitor, tactics=tactics or told.tactics)
    noted = replace(opportunity, facts=facts, outcome=replace(opportunity.outcome, win_reason=reason))
    if noted == opportunity:
        return Change(opportunity, ())
    return Change(replace(noted, update_time=now), (OpportunityWinNoted(),))


def unsettled(opportunity: Opportunity, *, contract: UUID, now: datetime) -> Change[Opportunity]:
    """Open the last stage again, from now on: of the contract it was won by something is owed. Once is enough."""
    outcome = opportunity.outcome
    if outcome.contract != contract or outcome.settle_time is None:
        return Change(opportunity, ())
    standing = replace(opportunity.standing, entered_time=now, visit=opportunity.standing.visit + 1)
    after = replace(opportunity, outcome=replace(outcome, settle_time=None), standing=standing, update_time=now)
    return Change(after, (OpportunityUnsettled(),))
