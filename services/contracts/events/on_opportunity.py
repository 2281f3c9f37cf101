"""What contracts does when pipeline tells of opportunities: it knows them, begins their contracts, hands over."""

from typing import Any
from uuid import UUID

from millrace.pipeline.v1 import opportunity_events_pb2 as events

from chassis.consumer import Event
from chassis.reactions import Reaction, Reactions
from chassis.wire import reference
from chassis.work import UnitOfWork
from services.contracts.application.contract_life import hand_over
from services.contracts.application.lost_opportunities import close_business
from services.contracts.application.negotiation import Negotiations
from services.contracts.application.quotes import hand_over_quotes, know_opportunity
from services.contracts.domain.quote_terms import Deal


def reactions_to_opportunities(negotiations: Negotiations) -> Reactions:
    """Every event after which an opportunity may negotiate, or no longer does, or has another owner."""
    moved = _moved(negotiations)
    return {
        events.OpportunityCreated: moved,
        events.OpportunityUpdated: _known,
        events.OpportunityMoved: moved,
        events.OpportunityReopened: moved,
        events.OpportunityWon: moved,
        events.OpportunityLost: _lost(moved),
        events.OpportunityAssigned: _assigned,
    }


def _moved(negotiations: Negotiations) -> Reaction:
    async def react(work: UnitOfWork, event: Event) -> None:
        message: Any = event.message
        told = message.opportunity
        await _known(work, event)
        negotiating = told.stage_kind == events.STAGE_KIND_NEGOTIATION and told.state == events.OPPORTUNITY_STATE_OPEN
        await negotiations.moved(work, opportunity=UUID(told.name.rpartition("/")[2]), negotiating=negotiating)

    return react


def _lost(moved: Reaction) -> Reaction:
    async def react(work: UnitOfWork, event: Event) -> None:
        await moved(work, event)
        message: Any = event.message
        await close_business(work, opportunity=UUID(message.opportunity.name.rpartition("/")[2]))

    return react


async def _known(work: UnitOfWork, event: Event) -> None:
    message: Any = event.message
    told = message.opportunity
    account = reference(told.account, field="account")
    if account is not None:
        lost = told.state == events.OPPORTUNITY_STATE_LOST
        await know_opportunity(work, deal=_deal(told, account), lost=lost)


async def _assigned(work: UnitOfWork, event: Event) -> None:
    message: Any = event.message
    told = message.opportunity
    await _known(work, event)
    whose = _deal(told, UUID(int=0))
    await hand_over(work, opportunity=whose.opportunity, owner=whose.owner, team=whose.team, region=whose.region)
    await hand_over_quotes(work, deal=whose)


def _deal(told: events.OpportunitySnapshot, account: UUID) -> Deal:
    return Deal(
        opportunity=UUID(told.name.rpartition("/")[2]),
        account=account,
        owner=reference(told.owner, field="owner"),
        team=reference(told.team, field="team"),
        region=reference(told.region, field="region"),
        tier=told.tier,
    )
