"""The table of scans."""

from sqlalchemy import BigInteger, Column, DateTime, Index, Table, Text, Uuid, text

from chassis.tables import AT_ONCE
from services.leads.storage.metadata import METADATA

DUPLICATE_SCANS = Table(
    "duplicate_scans",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("state", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("author_name", Text, nullable=False),
    Column("start_time", DateTime(timezone=True), nullable=False),
    Column("end_time", DateTime(timezone=True)),
    Column("lead_count", BigInteger, nullable=False),
    Column("scanned_count", BigInteger, nullable=False),
    Column("pair_count", BigInteger, nullable=False),
    Column("after", Uuid),
)
# One scan runs at a time: of two that begin at once the second decides again, and finds the first.
Index(
    f"duplicate_scans{AT_ONCE}",
    DUPLICATE_SCANS.c.state,
    unique=True,
    postgresql_where=text("state = 'running'"),
)
Index("duplicate_scans_start_time", DUPLICATE_SCANS.c.start_time, DUPLICATE_SCANS.c.uuid)
