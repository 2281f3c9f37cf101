"""Scans of the stock for likely duplicates."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "duplicate_scans",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("start_time", _INSTANT, nullable=False),
        sa.Column("end_time", _INSTANT, nullable=True),
        sa.Column("lead_count", sa.BigInteger(), nullable=False),
        sa.Column("scanned_count", sa.BigInteger(), nullable=False),
        sa.Column("pair_count", sa.BigInteger(), nullable=False),
        sa.Column("after", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index(
        "duplicate_scans_at_once",
        "duplicate_scans",
        ["state"],
        unique=True,
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index("duplicate_scans_start_time", "duplicate_scans", ["start_time", "uuid"], unique=False)
