"""Telling leads which of their customers are accounts already (查重), and a member what he may know of these."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.organization import Snapshot
from chassis.principal import ANONYMOUS, Principal
from chassis.work import Read
from kernel.errors import Unauthenticated
from services.pipeline.application.registration_desk import RegistrationDesk
from services.pipeline.domain.account import Account
from services.pipeline.domain.account_look_up import Guarded, Sighting, sighting
from services.pipeline.domain.customer_keys import keys_of_account, protecting
from services.pipeline.domain.resemblance import AccountResemblance, resemblances, sought
from services.pipeline.storage.account_matches import find_known_of_many, live_accounts, visible_among
from services.pipeline.storage.protections import ProtectedKey, protected_keys
from trade.duplicates import Band, Identity

_MOST = 3
# Between so many customers the loop serves others.
_BREATH = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What a reader may be told of an account: its name where he sees it, of any other what a look-up tells."""

    account: UUID
    visible: bool
    display_name: str
    sighting: Sighting
    team: str


async def match_accounts(read: Read, *, customers: Sequence[Identity]) -> list[list[AccountResemblance]]:
    """Each customer is compared with the accounts by the rules by which a conversion matches it, wherever they lie.

    Told are those that are the same or likely so, the likeliest first.
    """
    wanted = [sought(customer) for customer in customers]
    found: list[list[AccountResemblance]] = []
    for place, (one, known) in enumerate(zip(wanted, await find_known_of_many(read, wanted), strict=True)):
        worth_a_look = [each for each in resemblances(one, known) if each.band is not Band.POSSIBLE]
        found.append(worth_a_look[:_MOST])
        if place % _BREATH == 0:
            await asyncio.sleep(0)
    return found


async def describe_accounts(
    read: Read, *, reader: str, accounts: Sequence[UUID], desk: RegistrationDesk
) -> list[Described]:
    """A member is told the names of the accounts he sees; of others until when protected, in the pool, whose team."""
    snapshot = await desk.organization.current()
    live = {account.uuid: account for account in await live_accounts(read, accounts)}
    seen = await visible_among(Read(read.connection, read.now, _reader(snapshot, reader)), live)
    keys = {uuid: protecting(keys_of_account(account)) for uuid, account in live.items()}
    guards = {each.key: each for each in await protected_keys(read, frozenset().union(*keys.values()))} if live else {}
    return [
        _described(live[uuid], uuid in seen, _guards(keys[uuid], guards), desk, snapshot)
        for uuid in dict.fromkeys(accounts)
        if uuid in live
    ]


def _reader(snapshot: Snapshot, reader: str) -> Principal:
    """The member as his roles are now; a program, or one who has left, sees no account."""
    try:
        return snapshot.principal(subject=reader)
    except Unauthenticated:
        return ANONYMOUS


def _guards(keys: frozenset[str], guards: Mapping[str, ProtectedKey]) -> list[Guarded]:
    held = (guards[key] for key in keys if key in guards)
    return [Guarded(team=each.team, end_time=each.end_time) for each in held]


def _described(
    account: Account, visible: bool, guards: Sequence[Guarded], desk: RegistrationDesk, snapshot: Snapshot
) -> Described:
    seen = sighting([account], guards)
    return Described(
        account=account.uuid,
        visible=visible,
        display_name=account.facts.display_name if visible else "",
        sighting=seen,
        team=desk.team_name(snapshot, seen.team),
    )
