"""How opportunities end: lost for a reason, worked on again, and why one was won."""

from uuid import UUID

from chassis.work import UnitOfWork
from services.pipeline.application.exemptions import no_longer_small, protection_of_others
from services.pipeline.application.opportunities import Followed, OpportunityDesk, writable
from services.pipeline.application.protected_customers import protected_by
from services.pipeline.application.registration_protection import give_up
from services.pipeline.domain.account_pooling import check_not_pooled
from services.pipeline.domain.gates import won
from services.pipeline.domain.opportunity import Opportunity
from services.pipeline.domain.winning import win_noted
from services.pipeline.storage import accounts
from services.pipeline.storage.accounts import TOGETHER
from services.pipeline.storage.contacts import acquaintance_with
from services.pipeline.storage.contract_standings import standing_contract
from services.pipeline.storage.opportunities import keep
from services.pipeline.storage.opportunity_conflicts import fits_now


async def lose_opportunity(
    work: UnitOfWork,
    *,
    uuid: UUID,
    seen: int | None,
    loss_reason: str,
    competitor: str,
    tactics: str,
    desk: OpportunityDesk,
) -> Followed:
    """Business is lost for a reason of the list (输单), and its registration protects the customer no longer.

    Raises OpportunityNotFound, StaleVersion, LossReasonUnknown, OpportunityCannotMove.
    """
    opportunity, process = await writable(work, uuid=uuid, seen=seen)
    known = (await desk.rules(work)).known_loss_reason(loss_reason)
    change = opportunity.lost(
        reason=known,
        competitor=competitor,
        tactics=tactics,
        now=work.now,
        acquaintance=await acquaintance_with(work, opportunity.account),
    )
    if opportunity.origin.registration is not None:
        await give_up(work, opportunity.origin.registration)
    return keep(work, change, before=opportunity), process


async def note_win(
    work: UnitOfWork,
    *,
    uuid: UUID,
    seen: int | None,
    win_reason: str,
    competitor: str,
    tactics: str,
    desk: OpportunityDesk,
) -> Followed:
    """Whoever works a won opportunity says why it was won, for a reason of the list (赢单原因), and may correct it.

    Raises OpportunityNotFound, StaleVersion, WinReasonUnknown, OpportunityNotWon.
    """
    opportunity, process = await writable(work, uuid=uuid, seen=seen)
    known = (await desk.rules(work)).known_win_reason(win_reason)
    change = win_noted(opportunity, reason=known, competitor=competitor, tactics=tactics, now=work.now)
    return (keep(work, change, before=opportunity) if change.events else opportunity), process


async def reopen_opportunity(work: UnitOfWork, *, uuid: UUID, seen: int | None, desk: OpportunityDesk) -> Followed:
    """A lost one is worked on again; won at once by a contract signed meanwhile, and settled where that is paid.

    Without such a contract it is an opportunity as any that is opened: its account lives, and nobody else protects the
    customer. Raises OpportunityNotFound, StaleVersion, OpportunityCannotMove, AccountArchived, CustomerProtected.
    """
    opportunity, process = await writable(work, uuid=uuid, seen=seen)
    change = opportunity.reopened(process=process, now=work.now)
    signed = await standing_contract(work, uuid)
    if signed is None:
        await _may_be_worked(work, opportunity, desk)
        return keep(work, change, before=opportunity), process
    await fits_now(work, opportunity, linked=f"contracts/{signed.contract}")
    acquaintance = await acquaintance_with(work, opportunity.account)
    change = change.then(
        lambda open_: won(
            open_,
            process=process,
            contract=signed.contract,
            amount=signed.amount,
            now=work.now,
            acquaintance=acquaintance,
        )
    )
    if signed.settled:
        change = change.then(lambda closed: closed.settled(contract=signed.contract, now=work.now))
    change = await no_longer_small(work, change, rulebook=desk.rulebook)
    return keep(work, change, before=opportunity), process


async def _may_be_worked(work: UnitOfWork, opportunity: Opportunity, desk: OpportunityDesk) -> None:
    """Pass where the account lives and nobody else protects the customer, as before an opportunity is opened."""
    await work.begin()
    account = await accounts.account_by_itself(work, opportunity.account, hold=TOGETHER)
    account.must_live()
    check_not_pooled(account)
    others = await protection_of_others(work, account, owner=opportunity.owner)
    if others:
        raise await protected_by(others, organization=desk.organization, zone=desk.zone)
