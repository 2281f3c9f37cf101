"""By what and why business was won: the signature says that it was, people say why; and that it is owed again."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from kernel.errors import Kind, Refusal
from kernel.events import Change
from kernel.money import Money
from services.pipeline.domain.opportunity import Opportunity, OpportunityState, OpportunityUpdated


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


def won_by_another(
    opportunity: Opportunity, *, contract: UUID, amount: Money | None, settled: bool, now: datetime
) -> Change[Opportunity]:
    """Another contract takes the place of the one it was won by, which was ended: its worth and its payments count.

    Raises OpportunityNotWon.
    """
    if opportunity.state is not OpportunityState.WON:
        raise OpportunityNotWon(state=opportunity.state.value)
    paid = opportunity.outcome.settle_time is not None
    outcome = replace(opportunity.outcome, contract=contract, settle_time=None)
    following = replace(opportunity.worth(amount), outcome=outcome, update_time=now)
    if paid:
        # The stay in the last stage ended with the payment of the first; what is owed anew is another stay.
        standing = replace(opportunity.standing, entered_time=now, visit=opportunity.standing.visit + 1)
        following = replace(following, standing=standing)
    change = Change(following, (OpportunityUpdated(("contract", "amount")),))
    return change.then(lambda won: won.settled(contract=contract, now=now)) if settled else change


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
