"""The step that makes the table of files; apart from the table, for what serves need not load Alembic."""

import sqlalchemy as sa
from alembic import op


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
