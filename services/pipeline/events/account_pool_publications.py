"""What pipeline publishes of pools of customers (公海), of accounts around them, and of recycling clocks."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from millrace.pipeline.v1 import account_pool_events_pb2 as pool_messages
from millrace.pipeline.v1 import account_pool_pb2
from millrace.pipeline.v1 import account_recycling_events_pb2 as recycling_messages

from chassis.publication import Publication, Publications
from chassis.wire import named
from services.pipeline.domain import account_pooling as pooling
from services.pipeline.domain import account_pools as pools
from services.pipeline.domain.account_pools import AccountPool
from services.pipeline.events.account_publications import account_snapshot
from trade.pools.claiming import MoveKind

_KINDS: dict[MoveKind, Any] = {
    kind: account_pool_pb2.AccountPoolMoveKind.Value(f"ACCOUNT_POOL_MOVE_KIND_{kind.name}") for kind in MoveKind
}


def pool_snapshot(pool: AccountPool) -> pool_messages.AccountPoolSnapshot:
    """The pool's public state."""
    terms = pool.terms
    return pool_messages.AccountPoolSnapshot(
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
    )


def _names(collection: str, uuids: Iterable[UUID]) -> list[str]:
    return [named(collection, uuid) for uuid in sorted(uuids)]


ACCOUNT_POOLS: Publications = {
    pools.AccountPoolCreated: Publication(
        "account_pool.created",
        lambda _, state: pool_messages.AccountPoolCreated(account_pool=state),
        state=pool_snapshot,
    ),
    pools.AccountPoolUpdated: Publication(
        "account_pool.updated",
        lambda _, state: pool_messages.AccountPoolUpdated(account_pool=state),
        state=pool_snapshot,
    ),
    pooling.AccountPooled: Publication(
        "account.pooled",
        lambda event, state: pool_messages.AccountPooled(
            account=state,
            kind=_KINDS[event.kind],
            former_owner=named("members", event.former_owner),
            former_pool=named("accountPools", event.former_pool),
        ),
        state=account_snapshot,
    ),
    pooling.AccountTakenFromPool: Publication(
        "account.taken_from_pool",
        lambda event, state: pool_messages.AccountTakenFromPool(
            account=state, kind=_KINDS[event.kind], pool=named("accountPools", event.pool)
        ),
        state=account_snapshot,
    ),
    pooling.AccountRecyclingRescheduled: Publication(
        "account.recycling_rescheduled",
        lambda _, state: recycling_messages.AccountRecyclingRescheduled(account=state),
        state=account_snapshot,
    ),
    pooling.AccountRecyclingWarned: Publication(
        "account.recycling_warned",
        lambda event, state: recycling_messages.AccountRecyclingWarned(
            account=state, told=[named("members", member) for member in event.told]
        ),
        state=account_snapshot,
    ),
}
