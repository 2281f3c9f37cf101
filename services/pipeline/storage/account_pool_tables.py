"""The tables of pools of customers, of what became of accounts around them, and of what recycling clocks came to."""

from sqlalchemy import Column, DateTime, Index, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.pools import pool_tables
from services.pipeline.storage.metadata import METADATA

_INSTANT = DateTime(timezone=True)

POOL_TABLES = pool_tables(METADATA, kind="account_pool", subject="account", about="tier")

# One row for each thing a recycling clock came to, with whom it is told; `standing` is the tier and phase then. Owner,
# team and region are those of the account before it: who sees their rows sees what became of them.
RECYCLING_NOTICES = Table(
    "account_recycling_notices",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("account", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("time", _INSTANT, nullable=False),
    Column("told", ARRAY(Text), nullable=False),
    Column("standing", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("due", _INSTANT, nullable=False),
    Column("pool", Uuid),
    Column("owner", Uuid),
    Column("team", Uuid),
    Column("region", Uuid),
)
Index("account_recycling_notices_account", RECYCLING_NOTICES.c.account, RECYCLING_NOTICES.c.time)
Index("account_recycling_notices_time", RECYCLING_NOTICES.c.time, RECYCLING_NOTICES.c.uuid)
Index("account_recycling_notices_owner", RECYCLING_NOTICES.c.owner, RECYCLING_NOTICES.c.time)
Index("account_recycling_notices_team", RECYCLING_NOTICES.c.team, RECYCLING_NOTICES.c.time)
Index("account_recycling_notices_told", RECYCLING_NOTICES.c.told, postgresql_using="gin")
