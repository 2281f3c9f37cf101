"""The tables of bulk changes."""

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, PrimaryKeyConstraint, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.leads.storage.metadata import METADATA


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


BULK_CHANGES = Table(
    "bulk_changes",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("state", Text, nullable=False),
    Column("action", JSONB, nullable=False),
    Column("filter", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("author_name", Text, nullable=False),
    # What a program was granted when it began; what a member may do stands in the organization.
    Column("roles", ARRAY(Text), nullable=False),
    Column("permissions", ARRAY(Text), nullable=False),
    Column("start_time", DateTime(timezone=True), nullable=False),
    # When it last went on: of several that run, the one that waits longest is next.
    Column("step_time", DateTime(timezone=True), nullable=False),
    Column("end_time", DateTime(timezone=True)),
    _count("lead_count"),
    # The place of the last row that is done; those behind it wait.
    _count("done"),
    _count("changed"),
    _count("unchanged"),
    _count("refused"),
)
Index("bulk_changes_author", BULK_CHANGES.c.author, BULK_CHANGES.c.start_time)
Index("bulk_changes_start_time", BULK_CHANGES.c.start_time, BULK_CHANGES.c.uuid)
Index("bulk_changes_running", BULK_CHANGES.c.step_time, postgresql_where=text("state = 'running'"))

# The leads a bulk change goes over, in the order of their places from 1, each with what became of it.
BULK_CHANGE_ROWS = Table(
    "bulk_change_rows",
    METADATA,
    Column("change", Uuid, nullable=False),
    Column("place", Integer, nullable=False),
    Column("lead", Uuid, nullable=False),
    Column("seen", BigInteger),
    Column("outcome", Text, nullable=False),
    Column("reason", JSONB),
    PrimaryKeyConstraint("change", "place"),
)
Index("bulk_change_rows_lead", BULK_CHANGE_ROWS.c.lead)
