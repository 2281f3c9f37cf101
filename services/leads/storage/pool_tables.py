"""The tables of pools, of what became of leads around them, and of what recycling clocks came to."""

from sqlalchemy import Column, DateTime, Index, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.pools import pool_tables
from services.leads.storage.metadata import METADATA

_INSTANT = DateTime(timezone=True)

POOL_TABLES = pool_tables(METADATA, kind="lead_pool", subject="lead", about="grade")
LEAD_POOL_MOVES, LEAD_HOLDERS = POOL_TABLES.moves, POOL_TABLES.holders

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
