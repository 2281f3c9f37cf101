"""Pools of customers between messages and the domain."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from millrace.pipeline.v1 import account_pool_pb2 as messages
from millrace.pipeline.v1 import account_pool_service_pb2 as contract

from chassis.masking import mask, masked_email, masked_phone
from chassis.pools import Move, Share
from chassis.wire import instant, named, uuid_of
from services.pipeline.application.account_pooling import Waiting
from services.pipeline.domain.account_pools import AccountPool
from services.pipeline.rpc.account_messages import PHASES
from trade.pools.claiming import MoveKind
from trade.pools.pool import PoolTerms

_KINDS: Mapping[MoveKind, Any] = {
    each: messages.AccountPoolMoveKind.Value(f"ACCOUNT_POOL_MOVE_KIND_{each.name}") for each in MoveKind
}


def terms_of(message: messages.AccountPool) -> PoolTerms:
    """What the message says of a pool; raises InvalidField with the field's path."""
    return PoolTerms(
        display_name=message.display_name.strip(),
        members=_uuids(message.members, "members"),
        roles=frozenset(message.roles),
        teams=_uuids(message.teams, "teams"),
        regions=_uuids(message.regions, "regions"),
        administrators=_uuids(message.administrators, "administrators"),
        daily_cap=message.daily_cap if message.HasField("daily_cap") else None,
        holding_cap=message.holding_cap if message.HasField("holding_cap") else None,
        cool_down_days=message.cool_down_days,
        closed=message.closed,
    )


def _uuids(names: Iterable[str], field: str) -> frozenset[UUID]:
    return frozenset(uuid_of(name, field=f"account_pool.{field}") for name in names)


def pool_message(pool: AccountPool) -> messages.AccountPool:
    """The pool on the wire."""
    terms = pool.terms
    return messages.AccountPool(
        name=pool.name,
        display_name=terms.display_name,
        members=_names("members", terms.members),
        roles=sorted(terms.roles),
        teams=_names("teams", terms.teams),
        regions=_names("regions", terms.regions),
        administrators=_names("members", terms.administrators),
        daily_cap=terms.daily_cap,
        holding_cap=terms.holding_cap,
        cool_down_days=terms.cool_down_days,
        closed=terms.closed,
        create_time=instant(pool.create_time),
        update_time=instant(pool.update_time),
        etag=str(pool.version),
    )


def _names(collection: str, uuids: Iterable[UUID]) -> list[str]:
    return [named(collection, uuid) for uuid in sorted(uuids)]


def pooled_message(waiting: Waiting) -> messages.PooledAccount:
    """An account as those see it who may claim it: reach and persons are masked for everybody."""
    account, along = waiting.account, waiting.along
    facts, name = account.facts, account.facts.display_name
    return messages.PooledAccount(
        account=account.name,
        pool=named("accountPools", account.pool),
        display_name=mask(name) if facts.person else name,
        phone=masked_phone(facts.phone) if facts.phone else "",
        email=masked_email(facts.email) if facts.email else "",
        industry=facts.industry,
        region=named("regions", account.ownership.region),
        tier=account.tier,
        phase=PHASES[account.profile.phase],
        contact_count=along.contacts,
        opportunity_count=along.opportunities,
        create_time=instant(account.create_time),
        update_time=instant(account.update_time),
        etag=str(account.version),
    )


def move_message(move: Move) -> messages.AccountPoolMove:
    """An entry of the ledger on the wire."""
    return messages.AccountPoolMove(
        name=f"accountPoolMoves/{move.uuid}",
        account=named("accounts", move.subject),
        kind=_KINDS[move.kind],
        time=instant(move.time),
        pool=named("accountPools", move.pool),
        former_pool=named("accountPools", move.former_pool),
        member=named("members", move.member),
        actor=move.actor,
        tier=move.about,
        reason=move.reason,
    )


def share_message(share: Share) -> contract.AccountPoolShare:
    """What a member got on the wire."""
    return contract.AccountPoolShare(
        member=named("members", share.member),
        tier=share.about,
        claimed=share.claimed,
        handed_out=share.handed_out,
    )
