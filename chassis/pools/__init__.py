"""Pools (线索池、公海) as they lie in a service's database: their tables, who sees them, the ledger, and who takes.

    TABLES = pool_tables(METADATA, kind="lead_pool", subject="lead", about="grade")
    POOLS = Pools(tables=TABLES, kind="lead_pool", collection="leadPools", make=LeadPool, shipped=shipped_pool, …)
    MOVES = Moves(POOLS, subjects="leads", about=choice(TABLES.moves.c.grade, …))
    KEEPING = PoolKeeping(pools=POOLS, opening=open_pool, changing=LeadPool.changed, …)
    await POOLS.hold(work, member)

The rules are `trade.pools`; what lies in the pools, and what claiming does to it, is the service's.
"""

from chassis.pools.keeping import PoolKeeping
from chassis.pools.ledger import Move, Moves, Share
from chassis.pools.parties import fitting_pools, standing_of, team_and_above, unknown_party
from chassis.pools.storage import InPools, Pools
from chassis.pools.tables import PoolTables, pool_tables

__all__ = [
    "InPools",
    "Move",
    "Moves",
    "PoolKeeping",
    "PoolTables",
    "Pools",
    "Share",
    "fitting_pools",
    "pool_tables",
    "standing_of",
    "team_and_above",
    "unknown_party",
]
