"""Pools of leads, and their ledger."""

from collections.abc import Mapping

from chassis.listing import choice
from chassis.pools import Moves, Pools
from services.leads.domain.lead import Grade
from services.leads.domain.pools import LeadPool, LeadPoolNotFound, shipped_pool
from services.leads.storage.pool_tables import LEAD_POOL_MOVES, POOL_TABLES
from trade.pools.claiming import MoveKind

_GRADES: Mapping[str, str] = {f"GRADE_{each.value}": each.value for each in Grade}

POOLS: Pools[LeadPool] = Pools(
    tables=POOL_TABLES,
    kind="lead_pool",
    collection="leadPools",
    make=LeadPool,
    shipped=shipped_pool(),
    keeping="leads.admin",
    missing=lambda name: LeadPoolNotFound(pool=name),
)
MOVES = Moves(
    POOLS,
    subjects="leads",
    numbers={f"LEAD_POOL_MOVE_KIND_{each.name}": each.value for each in MoveKind},
    about=choice(LEAD_POOL_MOVES.c.grade, _GRADES),
)
