"""The tables of what imports left behind, and of their undoing."""

from sqlalchemy import Column, DateTime, Index, Integer, PrimaryKeyConstraint, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from chassis.tables import AT_ONCE
from services.leads.storage.metadata import METADATA

# What each row of an import that took something in left behind; since the undo, what became of it. No word of the file:
# `mark` tells the facts of the lead after the row from others, `before` and `after` are signs of wanting to buy.
LEAD_IMPORT_TRACES = Table(
    "lead_import_traces",
    METADATA,
    Column("import", Uuid, nullable=False),
    Column("line", Integer, nullable=False),
    Column("lead", Uuid, nullable=False),
    Column("touch", Uuid),
    Column("mark", Text, nullable=False),
    Column("before", JSONB),
    Column("after", JSONB),
    Column("outcome", Text),
    Column("work", Text),
    PrimaryKeyConstraint("import", "line", name="lead_import_traces_pkey"),
)
# The leads of an import, whose rows are undone together.
Index("lead_import_traces_lead", LEAD_IMPORT_TRACES.c["import"], LEAD_IMPORT_TRACES.c.lead)
# What is still to be undone.
Index(
    "lead_import_traces_to_undo",
    LEAD_IMPORT_TRACES.c["import"],
    LEAD_IMPORT_TRACES.c.lead,
    postgresql_where=LEAD_IMPORT_TRACES.c.outcome.is_(None),
)

# One row for each import that is or was undone: of two who begin at once the second decides again, and finds the first.
LEAD_IMPORT_UNDOS = Table(
    "lead_import_undos",
    METADATA,
    Column("import", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("author_name", Text, nullable=False),
    Column("start_time", DateTime(timezone=True), nullable=False),
    Column("end_time", DateTime(timezone=True)),
    Column("row_count", Integer, nullable=False),
    Column("taken_back", Integer, nullable=False),
    Column("detached", Integer, nullable=False),
    Column("kept", Integer, nullable=False),
    PrimaryKeyConstraint("import", name=f"lead_import_undos{AT_ONCE}"),
)
Index(
    "lead_import_undos_running",
    LEAD_IMPORT_UNDOS.c.start_time,
    postgresql_where=LEAD_IMPORT_UNDOS.c.state == "running",
)
