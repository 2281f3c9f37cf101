"""The tables of pools, of what became of leads around them, and of what recycling clocks came to."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from services.leads.storage.metadata import METADATA

_INSTANT = DateTime(timezone=True)

LEAD_POOLS = Table(
    "lead_pools",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("members", ARRAY(Uuid), nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("teams", ARRAY(Uuid), nullable=False),
    Column("regions", ARRAY(Uuid), nullable=False),
    Column("administrators", ARRAY(Uuid), nullable=False),
    Column("daily_cap", Integer),
    Column("holding_cap", Integer),
    Column("cool_down_days", Integer, nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("create_time", _INSTANT, nullable=False),
    Column("update_time", _INSTANT, nullable=False),
)
Index("lead_pools_display_name", LEAD_POOLS.c.display_name, LEAD_POOLS.c.uuid)

# The ledger: one row for each lead that went into a pool, out of it, or from one to another. `member` is who lost it or
# got it, `actor` who did it, `grade` the lead's then.
LEAD_POOL_MOVES = Table(
    "lead_pool_moves",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("lead", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("time", _INSTANT, nullable=False),
    Column("pool", Uuid, nullable=False),
    Column("former_pool", Uuid),
    Column("member", Uuid),
    Column("actor", Text, nullable=False),
    Column("grade", Text, nullable=False),
    Column("reason", Text, nullable=False, info={"personal": True}),
)
Index("lead_pool_moves_pool", LEAD_POOL_MOVES.c.pool, LEAD_POOL_MOVES.c.time, LEAD_POOL_MOVES.c.uuid)
Index("lead_pool_moves_member", LEAD_POOL_MOVES.c.member, LEAD_POOL_MOVES.c.time)
Index("lead_pool_moves_lead", LEAD_POOL_MOVES.c.lead, LEAD_POOL_MOVES.c.time)
Index("lead_pool_moves_time", LEAD_POOL_MOVES.c.time, LEAD_POOL_MOVES.c.uuid)

# Whoever gets a lead from a pool holds his row until that is written, so that what he holds is counted one by one.
LEAD_HOLDERS = Table("lead_holders", METADATA, Column("member", Uuid, primary_key=True))

# One row for each thing a recycling clock came to, with whom it is told. Owner, team and region are those of the lead
# before it: who sees their rows sees what became of them.
RECYCLING_NOTICES = Table(
    "lead_recycling_notices",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("lead", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("time", _INSTANT, nullable=False),
    Column("told", ARRAY(Text), nullable=False),
    Column("grade", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("due", _INSTANT, nullable=False),
    Column("pool", Uuid),
    Column("owner", Uuid),
    Column("team", Uuid),
    Column("region", Uuid),
)
Index("lead_recycling_notices_lead", RECYCLING_NOTICES.c.lead, RECYCLING_NOTICES.c.time)
Index("lead_recycling_notices_time", RECYCLING_NOTICES.c.time, RECYCLING_NOTICES.c.uuid)
Index("lead_recycling_notices_owner", RECYCLING_NOTICES.c.owner, RECYCLING_NOTICES.c.time)
Index("lead_recycling_notices_team", RECYCLING_NOTICES.c.team, RECYCLING_NOTICES.c.time)
Index("lead_recycling_notices_told", RECYCLING_NOTICES.c.told, postgresql_using="gin")
