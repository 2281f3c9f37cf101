"""The tables of saved views."""

from sqlalchemy import BigInteger, Column, DateTime, Index, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from services.leads.storage.metadata import METADATA

LEAD_VIEWS = Table(
    "lead_views",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("owner", Text, nullable=False),
    Column("owner_name", Text, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("filter", Text, nullable=False),
    Column("order_by", Text, nullable=False),
    Column("columns", ARRAY(Text), nullable=False),
    Column("sharing", Text, nullable=False),
    Column("team", Uuid),
    Column("create_time", DateTime(timezone=True), nullable=False),
    Column("update_time", DateTime(timezone=True), nullable=False),
    Column("delete_time", DateTime(timezone=True)),
)
_LIVE = LEAD_VIEWS.c.delete_time.is_(None)
Index("lead_views_owner", LEAD_VIEWS.c.owner, LEAD_VIEWS.c.display_name, postgresql_where=_LIVE)
Index("lead_views_shared", LEAD_VIEWS.c.sharing, LEAD_VIEWS.c.team, postgresql_where=_LIVE)

# The view somebody's list opens with; whoever has none opens with all that is worth selling to.
LEAD_VIEW_DEFAULTS = Table(
    "lead_view_defaults",
    METADATA,
    Column("subject", Text, primary_key=True),
    Column("view", Uuid, nullable=False),
)
