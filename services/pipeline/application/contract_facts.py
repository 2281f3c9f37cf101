"""What contracts tell, and what follows from it: quotes become evidence, a signed contract wins, a paid one settles."""

from uuid import UUID

from chassis.rule_sets import Rulebook
from chassis.work import UnitOfWork
from kernel.money import Money
from services.pipeline.application.exemptions import no_longer_small
from services.pipeline.domain.gates import won
from services.pipeline.domain.opportunity import Opportunity, OpportunityState
from services.pipeline.domain.proving import quote_stands
from services.pipeline.domain.winning import unsettled, won_by_another
from services.pipeline.storage.contacts import acquaintance_with
from services.pipeline.storage.contract_standings import keep_owing, keep_standing, standing_contract, was_ended
from services.pipeline.storage.opportunities import held_opportunity, keep
from services.pipeline.storage.opportunity_conflicts import fits_now, keep_conflict, keep_unknown
from services.pipeline.storage.sales_processes import get_process


async def quote_told(
    work: UnitOfWork,
    *,
    opportunity: UUID,
    quote: str,
    stands: bool,
    products: tuple[str, ...],
    worth: Money | None,
    rulebook: Rulebook,
) -> None:
    """A quote is evidence exactly while it is approved, sent or accepted, whatever state its opportunity is in.

    One that comes to more than a small order ends the exemption of that.
    """
    found = await held_opportunity(work, opportunity)
    if found is None:
        if stands:
            keep_unknown(work, opportunity, linked=quote)
        return
    change = quote_stands(
        found,
        quote=quote,
        stands=stands,
        uuid=work.new_id(),
        actor=work.principal.subject,
        now=work.now,
        products=products,
        worth=worth,
    )
    change = await no_longer_small(work, change, rulebook=rulebook)
    if change.events:
        keep(work, change, before=found)


async def contract_signed(
    work: UnitOfWork, *, opportunity: UUID, contract: UUID, amount: Money | None, rulebook: Rulebook
) -> None:
    """A signed contract wins its opportunity, once, and says what it is worth; of what does not fit people are told.

    Where the contract that won it was ended, the next one that is signed takes its place.
    """
    await keep_standing(work, contract=contract, opportunity=opportunity, amount=amount, told="sign_time")
    found = await held_opportunity(work, opportunity)
    linked = f"contracts/{contract}"
    if found is None:
        keep_unknown(work, opportunity, linked=linked)
    elif found.state is OpportunityState.OPEN:
        await win(work, found, contract=contract, amount=amount, rulebook=rulebook)
    elif found.outcome.contract == contract:
        return
    elif found.outcome.contract is not None and await was_ended(work, found.outcome.contract):
        await _replace(work, found, rulebook=rulebook)
    else:
        lost = found.state is OpportunityState.LOST
        keep_conflict(work, found, linked=linked, code="SIGNED_WHILE_LOST" if lost else "SIGNED_WHILE_WON")


async def contract_amended(
    work: UnitOfWork, *, opportunity: UUID, contract: UUID, amount: Money | None, rulebook: Rulebook
) -> None:
    """The opportunity is worth what its contract says after an amendment."""
    await keep_standing(work, contract=contract, opportunity=opportunity, amount=amount)
    found = await held_opportunity(work, opportunity)
    if found is not None:
        change = found.agreed(contract=contract, amount=amount, now=work.now)
        change = await no_longer_small(work, change, rulebook=rulebook)
        if change.events:
            keep(work, change, before=found)


async def contract_settled(
    work: UnitOfWork, *, opportunity: UUID, contract: UUID, amount: Money | None, rulebook: Rulebook
) -> None:
    """A contract of which nothing is owed any more ends the last stage of the opportunity it won."""
    await keep_standing(work, contract=contract, opportunity=opportunity, amount=amount, told="settle_time")
    found = await held_opportunity(work, opportunity)
    linked = f"contracts/{contract}"
    if found is None:
        keep_unknown(work, opportunity, linked=linked)
    elif found.outcome.contract != contract:
        keep_conflict(work, found, linked=linked, code="SETTLED_OTHER_CONTRACT")
    else:
        # One won by a release that did not know amounts learns its own here.
        change = found.agreed(contract=contract, amount=amount, now=work.now)
        change = change.then(lambda agreed: agreed.settled(contract=contract, now=work.now))
        change = await no_longer_small(work, change, rulebook=rulebook)
        if change.events:
            keep(work, change, before=found)


async def contract_unsettled(work: UnitOfWork, *, opportunity: UUID, contract: UUID, amount: Money | None) -> None:
    """A settled contract of which something is owed again opens the last stage of the opportunity it won again."""
    await keep_owing(work, contract=contract, opportunity=opportunity, amount=amount)
    found = await held_opportunity(work, opportunity)
    if found is not None:
        change = unsettled(found, contract=contract, now=work.now)
        if change.events:
            keep(work, change, before=found)


async def contract_ended(work: UnitOfWork, *, opportunity: UUID, contract: UUID, rulebook: Rulebook) -> None:
    """A contract that was ended early wins nothing any more: an opportunity reopened later is worked on.

    One that was won by it stays won; another contract that was signed for it takes the place, else people are told.
    """
    await keep_standing(work, contract=contract, opportunity=opportunity, amount=None, told="end_time")
    found = await held_opportunity(work, opportunity)
    if found is None or found.outcome.contract != contract:
        return
    if await standing_contract(work, opportunity) is not None:
        await _replace(work, found, rulebook=rulebook)
    else:
        keep_conflict(work, found, linked=f"contracts/{contract}", code="WON_CONTRACT_ENDED")


async def _replace(work: UnitOfWork, opportunity: Opportunity, *, rulebook: Rulebook) -> None:
    """The first contract that still stands takes the place of the one that was ended; what did not fit does."""
    ended, next_one = opportunity.outcome.contract, await standing_contract(work, opportunity.uuid)
    if next_one is None:
        return
    for each in (ended, next_one.contract):
        await fits_now(work, opportunity, linked=f"contracts/{each}")
    change = won_by_another(
        opportunity, contract=next_one.contract, amount=next_one.amount, settled=next_one.settled, now=work.now
    )
    keep(work, await no_longer_small(work, change, rulebook=rulebook), before=opportunity)


async def win(
    work: UnitOfWork, opportunity: Opportunity, *, contract: UUID, amount: Money | None, rulebook: Rulebook
) -> Opportunity:
    """The opportunity enters its last stage, past every gate, and is won."""
    process = await get_process(work, opportunity.sales_process)
    acquaintance = await acquaintance_with(work, opportunity.account)
    change = won(
        opportunity, process=process, contract=contract, amount=amount, now=work.now, acquaintance=acquaintance
    )
    return keep(work, await no_longer_small(work, change, rulebook=rulebook), before=opportunity)
