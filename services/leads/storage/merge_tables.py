"""The table of merges."""

from sqlalchemy import BigInteger, Column, DateTime, Index, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.leads.storage.metadata import METADATA

_INSTANT = DateTime(timezone=True)
_PERSONAL = {"personal": True}

# Each merge with what it wrote over, what it made of that, and why. `version` is the survivor's after it.
LEAD_MERGES = Table(
    "lead_merges",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("survivor", Uuid, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("others", JSONB, nullable=False),
    Column("time", _INSTANT, nullable=False),
    Column("author", Text, nullable=False),
    Column("author_name", Text, nullable=False),
    Column("undo_until", _INSTANT, nullable=False),
    Column("before", JSONB, nullable=False, info=_PERSONAL),
    Column("after", JSONB, nullable=False, info=_PERSONAL),
    Column("decisions", JSONB, nullable=False),
    Column("lent", JSONB, nullable=False),
    Column("settled", ARRAY(Uuid), nullable=False),
    Column("undo_time", _INSTANT),
    Column("undo_author", Text),
    Column("undo_author_name", Text),
)
Index("lead_merges_survivor", LEAD_MERGES.c.survivor, LEAD_MERGES.c.time)
