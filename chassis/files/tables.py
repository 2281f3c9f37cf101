"""The table of files, one in each service that keeps some, and the step that makes it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import BigInteger, Column, DateTime, Index, LargeBinary, MetaData, Table, Text, Uuid, text


def files_table(metadata: MetaData) -> Table:
    """Declare the table `files`: what is known of a file; its bytes lie in the vault."""
    table = Table(
        "files",
        metadata,
        Column("uuid", Uuid, primary_key=True),
        Column("sha256", LargeBinary, nullable=False),
        Column("size", BigInteger, nullable=False),
        Column("media_type", Text, nullable=False),
        Column("display_name", Text, nullable=False, info={"personal": True}),
        Column("uploader", Text, nullable=False),
        Column("create_time", DateTime(timezone=True), nullable=False),
        Column("state", Text, nullable=False),
    )
    Index("files_discarded", table.c.uuid, postgresql_where=text("state = 'discarded'"))
    return table


def create_files() -> None:
    """Make the table; called by a migration of the service, and never edited."""
    op.create_table(
        "files",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("uploader", sa.Text(), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("files_discarded", "files", ["uuid"], postgresql_where=sa.text("state = 'discarded'"))
