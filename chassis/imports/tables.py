"""The tables of imports: the import, its file in pieces, how far it is, and what became of each row."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

IMPORTS = MetaData()
_INSTANT = DateTime(timezone=True)

imports = Table(
    "imports",
    IMPORTS,
    Column("uuid", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("file_size", BigInteger, nullable=False),
    Column("shape", JSONB, nullable=False),
    Column("columns", JSONB, nullable=False),
    Column("settings", JSONB, nullable=False),
    Column("creator", Text, nullable=False),
    Column("owner", Uuid),
    Column("team", Uuid),
    Column("region", Uuid),
    Column("account", JSONB),
    Column("failure", JSONB),
    Column("create_time", _INSTANT, nullable=False),
    Column("start_time", _INSTANT),
    Column("end_time", _INSTANT),
)
Index("imports_newest", imports.c.kind, imports.c.create_time.desc(), imports.c.uuid)
Index("imports_owner", imports.c.owner, imports.c.create_time.desc())
Index("imports_running", imports.c.start_time, postgresql_where=text("state = 'running'"))

import_files = Table(
    "import_files",
    IMPORTS,
    Column("import", Uuid, nullable=False),
    Column("number", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("import", "number", name="import_files_pkey"),
)

# Apart from the import's row, because it moves with every batch and without an event. Its row is the fence: a
# batch locks it and stops when somebody else holds the import or the lines are done.
import_progress = Table(
    "import_progress",
    IMPORTS,
    Column("import", Uuid, primary_key=True),
    Column("holder", Uuid),
    Column("leased_until", _INSTANT, nullable=False),
    Column("after_line", Integer, nullable=False),
    Column("created", Integer, nullable=False),
    Column("touched", Integer, nullable=False),
    Column("in_review", Integer, nullable=False),
    Column("skipped", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("attempts", SmallInteger),
)

import_rows = Table(
    "import_rows",
    IMPORTS,
    Column("import", Uuid, nullable=False),
    Column("line", Integer, nullable=False),
    Column("outcome", SmallInteger, nullable=False),
    Column("record", Uuid),
    Column("problems", JSONB),
    PrimaryKeyConstraint("import", "line", name="import_rows_pkey"),
)
Index("import_rows_outcome", import_rows.c["import"], import_rows.c.outcome, import_rows.c.line)


def import_tables(metadata: MetaData) -> None:
    """Add the tables of imports to a service's own."""
    for table in IMPORTS.sorted_tables:
        table.to_metadata(metadata)
