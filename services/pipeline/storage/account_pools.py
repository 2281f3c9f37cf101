"""Pools of customers (公海), and their ledger."""

from chassis.listing import text
from chassis.pools import Moves, Pools
from services.pipeline.domain.account_pools import AccountPool, AccountPoolNotFound, shipped_pool
from services.pipeline.storage.account_pool_tables import POOL_TABLES
from trade.pools.claiming import MoveKind

POOLS: Pools[AccountPool] = Pools(
    tables=POOL_TABLES,
    kind="account_pool",
    collection="accountPools",
    make=AccountPool,
    shipped=shipped_pool(),
    keeping="pipeline.admin",
    missing=lambda name: AccountPoolNotFound(pool=name),
)
MOVES = Moves(
    POOLS,
    subjects="accounts",
    numbers={f"ACCOUNT_POOL_MOVE_KIND_{each.name}": each.value for each in MoveKind},
    about=text(POOL_TABLES.moves.c.tier),
)
