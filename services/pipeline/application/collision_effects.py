"""What follows from a final decision about a customer: ownership and protection are the winner's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from chassis.work import UnitOfWork
from services.pipeline.application.accounts import ownership_of
from services.pipeline.application.registration_desk import RegistrationDesk
from services.pipeline.domain.account import Account, Ownership
from services.pipeline.domain.collision_case import CollisionCase, CollisionEnding, CollisionState, Party
from services.pipeline.domain.collision_refusals import CollisionCannotMove
from services.pipeline.domain.customer_keys import customer_keys, keys_of_account, protecting
from services.pipeline.domain.owner_refusals import OwnerCannotWork, OwnerUnknown
from services.pipeline.domain.registration import RegistrationState
from services.pipeline.storage import contacts, registrations
from services.pipeline.storage.account_profiles import keep_account
from services.pipeline.storage.accounts import ALONE, account_by_itself
from services.pipeline.storage.collision_facts import open_opportunities_of, registrations_of
from services.pipeline.storage.contacts import CONTACT_RECORD
from services.pipeline.storage.opportunity_conflicts import keep_conflict
from services.pipeline.storage.protections import protect, release
from services.pipeline.storage.registrations import held_registration
from trade.reasons import Reason

# The loser's open opportunity is told as this.
LOST = "COLLISION_LOST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """How a case ended, and what followed from its decision."""

    ending: CollisionEnding
    effects: tuple[Reason, ...]


async def follow(work: UnitOfWork, case: CollisionCase, *, desk: RegistrationDesk) -> Followed:
    """Ownership and protection go to the winner, or stay with him; what the loser still works is told to people.

    Nothing follows where the winner cannot work the customer any more, or the account was put away.
    """
    winner, loser = _sides(case)
    account = await account_by_itself(work, case.account, hold=ALONE) if case.account is not None else None
    try:
        ownership = ownership_of(await desk.organization.current(), winner.member)
    except (OwnerUnknown, OwnerCannotWork):
        return _overtaken(work, case, Reason("COLLISION_WINNER_CANNOT_WORK"))
    if account is not None and account.delete_time is not None:
        return _overtaken(work, case, Reason("COLLISION_ACCOUNT_ARCHIVED"))
    effects = [
        *(await _give(work, case, account, ownership, loser) if account is not None else ()),
        *await _protect_winner(work, case, account, winner, loser, desk),
        *(await _tell_left(work, case, account, loser) if account is not None else ()),
    ]
    return Followed(ending=CollisionEnding.CARRIED_OUT, effects=tuple(effects))


async def _give(
    work: UnitOfWork, case: CollisionCase, account: Account, ownership: Ownership, loser: Party
) -> Sequence[Reason]:
    """The account with its people goes to the winner, from the loser or from nobody; a third owner keeps it."""
    if account.ownership.owner == ownership.owner:
        return (Reason("COLLISION_OWNER_STAYS"),)
    if account.ownership.owner not in {None, loser.member}:
        return (Reason("COLLISION_OWNER_ELSEWHERE"),)
    given = keep_account(work, account.assigned(ownership, now=work.now))
    for person in await contacts.people_of(work, account.uuid):
        change = person.assigned(given.ownership, now=work.now)
        if change.events:
            work.save(CONTACT_RECORD, change)
    _explain(work, account.name, case)
    return (Reason("COLLISION_OWNER_MOVED"),)


async def _protect_winner(
    work: UnitOfWork,
    case: CollisionCase,
    account: Account | None,
    winner: Party,
    loser: Party,
    desk: RegistrationDesk,
) -> Sequence[Reason]:
    """What the loser's registrations protect of the customer ends; the winner's that waits for its review holds him."""
    ended = await _end_protections(work, case, account, loser)
    told = [Reason("COLLISION_PROTECTIONS_ENDED", {"count": str(ended)})] if ended else []
    waiting = await held_registration(work, winner.registration) if winner.registration is not None else None
    if waiting is None or waiting.state is not RegistrationState.UNDER_REVIEW:
        return told
    until = work.now + timedelta(days=(await desk.rules(work)).rules.protection_days)
    keys = protecting(customer_keys(waiting.facts))
    if not keys:
        return told
    await protect(work, waiting, keys, until=until)
    _explain(work, waiting.name, case)
    return [*told, Reason("COLLISION_HELD_FOR_WINNER", {"until": desk.day(until).isoformat()})]


async def _end_protections(work: UnitOfWork, case: CollisionCase, account: Account | None, loser: Party) -> int:
    keys = keys_of_account(account) if account is not None else frozenset()
    if loser.registration is not None:
        keys |= customer_keys((await held_registration(work, loser.registration)).facts)
    ended = 0
    for found in await registrations_of(work, loser.member, account=account, keys=protecting(keys)):
        change = (await held_registration(work, found.uuid)).given_up(now=work.now)
        if not change.events:
            continue
        work.save(registrations.RECORD, change)
        await release(work, [found.uuid])
        _explain(work, found.name, case)
        ended += 1
    return ended


async def _tell_left(work: UnitOfWork, case: CollisionCase, account: Account, loser: Party) -> Sequence[Reason]:
    """What the loser works with the customer is neither moved nor closed: people hand it over, and are told so."""
    left = await open_opportunities_of(work, loser.member, account.uuid)
    for opportunity in left:
        keep_conflict(work, opportunity, linked=case.name, code=LOST)
    return (Reason("COLLISION_OPPORTUNITIES_LEFT", {"count": str(len(left))}),) if left else ()


def _sides(case: CollisionCase) -> tuple[Party, Party]:
    """Who won and who lost; a case that ends has been decided."""
    side = case.winner
    if side is None:
        raise CollisionCannotMove(state=case.state.value, wanted=CollisionState.CLOSED.value)
    return case.of(side), case.of(side.other)


def _overtaken(work: UnitOfWork, case: CollisionCase, why: Reason) -> Followed:
    if case.account is not None:
        _explain(work, f"accounts/{case.account}", case)
    return Followed(ending=CollisionEnding.OVERTAKEN, effects=(why,))


def _explain(work: UnitOfWork, resource: str, case: CollisionCase) -> None:
    """Keep with what changed by which case it did, and who won it by what."""
    rule, winner = case.verdict.rule, case.winner
    decider = case.rulings[-1].by
    details = {
        "collision_case": case.name,
        "winner": winner.value if winner else "",
        "decided_by": decider or (rule.value if rule else ""),
    }
    work.note(action="decide a collision", resource=resource, details=details)
