"""Keeping accounts (客户)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.organization import Organization, Snapshot
from chassis.principal import Principal
from chassis.reach import grounds
from chassis.rule_sets import Rulebook
from chassis.work import Read, UnitOfWork
from kernel.errors import StaleVersion
from services.pipeline.application.account_recycling_desk import RecyclingDesk
from services.pipeline.application.returning import out_of_pool
from services.pipeline.application.rule_kinds import ACCOUNT_COMPLETENESS
from services.pipeline.domain.account import (
    NO_ORIGIN,
    Account,
    AccountExists,
    AccountExistsElsewhere,
    AccountFacts,
    AccountInUse,
    AccountNotFound,
    Origin,
    Ownership,
    ParentUnknown,
    check_parent,
    create_account,
)
from services.pipeline.domain.account_pooling import check_not_pooled
from services.pipeline.domain.account_profile import Phase, phase_of
from services.pipeline.domain.completeness import NOBODY, Completeness, completeness
from services.pipeline.domain.owner_refusals import OwnerCannotWork, OwnerUnknown
from services.pipeline.domain.resemblance import (
    AccountResemblance,
    finding_keys,
    identity_of,
    resemblances,
    sought,
    without,
)
from services.pipeline.storage import accounts, contacts
from services.pipeline.storage.account_finding import alone_with, find_known
from services.pipeline.storage.account_people import known_people
from services.pipeline.storage.account_phases import open_business, opportunity_states
from services.pipeline.storage.account_profiles import keep_account
from services.pipeline.storage.account_rows import ACCOUNT_RECORD
from services.pipeline.storage.accounts import ALONE, READING
from services.pipeline.storage.contacts import CONTACT_RECORD
from services.pipeline.storage.reached_accounts import reached_by_caller

WRITING = "pipeline.write"
ASSIGNING = "pipeline.approve"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An account as it is shown: how far we are with it; how much is known of it and what resembles it, where asked."""

    account: Account
    phase: Phase = Phase.PROSPECT
    completeness: Completeness | None = None
    duplicates: tuple[AccountResemblance, ...] = ()


def own(principal: Principal) -> Ownership:
    """What the caller takes in is his, with his team and region of now."""
    return Ownership(owner=principal.member, team=principal.team, region=principal.region)


def ownership_of(snapshot: Snapshot, member: UUID) -> Ownership:
    """What a member takes over, with the team and region of now: he is here, and his roles let him work it.

    Raises OwnerUnknown and OwnerCannotWork.
    """
    known = snapshot.members.get(member)
    if known is None or not known.active:
        raise OwnerUnknown
    if not snapshot.principal(subject=f"members/{member}").may(WRITING):
        raise OwnerCannotWork
    return Ownership(owner=member, team=known.team, region=snapshot.region_of(known))


def sees(principal: Principal, account: Account, *, permission: str = READING) -> bool:
    """Whether the caller's own scope reaches an account that is in memory: the rule of `chassis.scope`."""
    whose = account.ownership
    return grounds(principal, permission, owner=whose.owner, team=whose.team, region=whose.region) is not None


async def add_account(work: UnitOfWork, *, facts: AccountFacts, desk: RecyclingDesk) -> Shown:
    """A customer is taken in by its finder, unless it is known; what may be the same is told beside it.

    Raises AccountExists, AccountExistsElsewhere, ParentUnknown.
    """
    await _check_parent(work, facts, account=None)
    wanted = sought(identity_of(facts))
    await alone_with(work, wanted)
    found = resemblances(wanted, await find_known(work, wanted))
    await _refuse_known(work, found, desk.organization)
    change = create_account(
        uuid=work.new_id(), facts=facts, keys=finding_keys(facts), ownership=own(work.principal), now=work.now
    )
    account = keep_account(work, await desk.clocked(work, change))
    return Shown(account=account, duplicates=await _visible(work, found))


async def match_or_create_account(
    work: UnitOfWork,
    *,
    facts: AccountFacts,
    ownership: Ownership,
    phones: Sequence[str] = (),
    emails: Sequence[str] = (),
    origin: Origin = NO_ORIGIN,
) -> Account:
    """The account a customer is already, whoever looks after it (one of a pool goes to `ownership`); else a new one.

    `phones` and `emails` are those of the customer's people. Two callers at once for one customer get one account. A
    known one gets what was not known of it, and is held: it keeps its owner until this transaction ends.
    """
    wanted = sought(identity_of(facts, phones=phones, emails=emails))
    await alone_with(work, wanted)
    found = resemblances(wanted, await find_known(work, wanted))
    if found and found[0].same:
        known = await accounts.account_by_itself(work, found[0].account.uuid, hold=ALONE)
        known.must_live()
        known = await out_of_pool(work, known, ownership)
        filled = known.facts.filled_by(facts)
        filling = known.updated(facts=filled, keys=finding_keys(filled), now=work.now)
        return keep_account(work, filling) if filling.events else known
    change = create_account(
        uuid=work.new_id(), facts=facts, keys=finding_keys(facts), ownership=ownership, origin=origin, now=work.now
    )
    return keep_account(work, change)


async def get_account(read: Read, *, uuid: UUID, rulebook: Rulebook) -> Shown:
    """An account shows itself, and what is missing of it, to those whose scope reaches it. Raises AccountNotFound."""
    account, states, people = await accounts.account_with_surroundings(read, uuid, permission=READING)
    rules = (await rulebook.current(read, ACCOUNT_COMPLETENESS)).rules
    return Shown(account=account, phase=phase_of(states), completeness=completeness(account, people, rules))


async def list_accounts(read: Read, *, wanted: PageRequest, show_deleted: bool, rulebook: Rulebook) -> Page[Shown]:
    """Accounts within the reader's scope, filtered, sorted and counted, each with what is missing of it."""
    page = await accounts.list_accounts(read, wanted, show_deleted=show_deleted)
    rules = (await rulebook.current(read, ACCOUNT_COMPLETENESS)).rules
    people = await known_people(read, [account.uuid for account in page.items])
    return page.of(
        [
            replace(each, completeness=completeness(each.account, people.get(each.account.uuid, NOBODY), rules))
            for each in await _with_phases(read, page.items)
        ]
    )


async def check_duplicates(read: Read, *, facts: AccountFacts) -> Sequence[AccountResemblance]:
    """What may be the same customer, within the reader's scope."""
    wanted = sought(identity_of(facts))
    return await _visible(read, resemblances(wanted, await find_known(read, wanted)))


async def update_account(
    work: UnitOfWork,
    *,
    uuid: UUID,
    seen: int,
    edit: Callable[[AccountFacts], AccountFacts],
    organization: Organization,
) -> Shown:
    """Facts of an account change when somebody who saw its present version says so.

    A change that makes it a customer who is known already is refused, as a second account of him would be. Raises
    AccountNotFound, StaleVersion, AccountArchived, AccountExists, AccountExistsElsewhere, ParentUnknown, ParentCircle.
    """
    before = await accounts.get_account(work, uuid, permission=WRITING)
    wanted = sought(identity_of(edit(before.facts)))
    becomes_another = wanted.keys != sought(identity_of(before.facts)).keys
    if becomes_another:
        # Before the account is held, as whoever takes a customer in does it.
        await alone_with(work, wanted)
    account = await seen_account(work, uuid, seen)
    if becomes_another:
        await _refuse_known(work, without(resemblances(wanted, await find_known(work, wanted)), uuid), organization)
    facts = edit(account.facts)
    if facts.parent != account.facts.parent:
        await _check_parent(work, facts, account=uuid)
    change = account.updated(facts=facts, keys=finding_keys(facts), now=work.now)
    saved = keep_account(work, change) if change.events else account
    return await with_phase(work, saved)


async def assign_account(work: UnitOfWork, *, uuid: UUID, seen: int | None, owner: UUID, desk: RecyclingDesk) -> Shown:
    """A manager gives an account to a member, and its people go along.

    Raises AccountNotFound, StaleVersion, AccountArchived, AccountInPool, OwnerUnknown, OwnerCannotWork.
    """
    account = await seen_account(work, uuid, seen, permission=ASSIGNING)
    check_not_pooled(account)
    change = account.assigned(ownership_of(await desk.organization.current(), owner), now=work.now)
    if change.events:
        account = keep_account(work, await desk.clocked(work, change))
        for person in await contacts.people_of(work, uuid):
            work.save(CONTACT_RECORD, person.assigned(account.ownership, now=work.now))
    return await with_phase(work, account)


async def archive_account(work: UnitOfWork, *, uuid: UUID, seen: int | None) -> Shown:
    """An account is put away with its people, and is no longer found as a duplicate.

    Nobody archives a customer with whom something is open. Raises AccountNotFound, StaleVersion, AccountArchived,
    AccountInUse.
    """
    account = await seen_account(work, uuid, seen)
    used = await open_business(work, uuid)
    if used and account.delete_time is None:
        raise AccountInUse(account=account.name, by=used)
    account = work.save(ACCOUNT_RECORD, account.archived(now=work.now))
    for person in await contacts.people_of(work, uuid):
        if person.delete_time is None:
            work.save(CONTACT_RECORD, person.archived(now=work.now))
    return Shown(account=account)


async def bring_account_back(work: UnitOfWork, *, uuid: UUID, seen: int | None, desk: RecyclingDesk) -> Shown:
    """An archived account comes back with the people put away at that moment, unless the customer is known anew.

    Raises AccountNotFound, StaleVersion, AccountNotArchived, AccountExists, AccountExistsElsewhere.
    """
    account = await seen_account(work, uuid, seen)
    change = account.brought_back(now=work.now)
    wanted = sought(identity_of(account.facts))
    await alone_with(work, wanted)
    found = without(resemblances(wanted, await find_known(work, wanted)), uuid)
    await _refuse_known(work, found, desk.organization)
    saved = keep_account(work, await desk.clocked(work, change))
    for person in await contacts.people_of(work, uuid):
        if person.delete_time == account.delete_time:
            work.save(CONTACT_RECORD, person.brought_back(now=work.now))
    return replace(await with_phase(work, saved), duplicates=await _visible(work, found))


async def seen_account(work: UnitOfWork, uuid: UUID, seen: int | None, *, permission: str = WRITING) -> Account:
    """The account, held: nobody adds a person to it meanwhile, who would keep its old owner."""
    await work.begin()
    account = await accounts.get_account(work, uuid, permission=permission, hold=ALONE)
    if seen is not None and account.version != seen:
        raise StaleVersion(resource=account.name)
    return account


async def _check_parent(work: UnitOfWork, facts: AccountFacts, *, account: UUID | None) -> None:
    if facts.parent is None:
        return
    try:
        parent = await accounts.get_account(work, facts.parent, permission=READING)
    except AccountNotFound:
        raise ParentUnknown from None
    if parent.delete_time is not None:
        raise ParentUnknown
    if account is not None:
        check_parent(account, above=await accounts.above(work, facts.parent))


async def _refuse_known(work: UnitOfWork, found: Sequence[AccountResemblance], organization: Organization) -> None:
    same = [each.account for each in found if each.same]
    if not same:
        return
    visible = await _visible(work, [each for each in found if each.same])
    if visible:
        raise AccountExists(account=visible[0].account.name)
    raise AccountExistsElsewhere(team=team_name(await organization.current(), same[0]))


def team_name(snapshot: Snapshot, account: Account) -> str:
    """What the team is called that looks after an account; empty in the pool."""
    team = snapshot.teams.get(account.ownership.team) if account.ownership.team else None
    return team.display_name if team else ""


async def _visible(read: Read, found: Sequence[AccountResemblance]) -> tuple[AccountResemblance, ...]:
    others = [each.account for each in found if not sees(read.principal, each.account)]
    hidden = {each.uuid for each in others} - await reached_by_caller(read, others, permission=READING)
    return tuple(each for each in found if each.account.uuid not in hidden)


async def with_phase(read: Read, account: Account) -> Shown:
    """An account with how far we are."""
    return (await _with_phases(read, [account]))[0]


async def _with_phases(read: Read, found: Sequence[Account]) -> list[Shown]:
    states = await opportunity_states(read, [account.uuid for account in found])
    return [Shown(account=account, phase=phase_of(states.get(account.uuid, ()))) for account in found]
