"""Merges of leads: which lead stands for a customer, who is found by whom, and what each merge wrote over."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0020"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("leads", sa.Column("merged_into", sa.Uuid(), nullable=True))
    op.add_column("leads", sa.Column("merge", sa.Uuid(), nullable=True))
    op.create_index(
        "leads_merged_into",
        "leads",
        ["merged_into"],
        unique=False,
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.add_column("lead_identities", sa.Column("stands_for", sa.Uuid(), nullable=True))
    op.add_column("duplicate_candidates", sa.Column("merge", sa.Uuid(), nullable=True))
    op.create_table(
        "lead_merges",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("survivor", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("others", postgresql.JSONB(), nullable=False),
        sa.Column("time", _INSTANT, nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("undo_until", _INSTANT, nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.Column("after", postgresql.JSONB(), nullable=False),
        sa.Column("decisions", postgresql.JSONB(), nullable=False),
        sa.Column("lent", postgresql.JSONB(), nullable=False),
        sa.Column("settled", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("undo_time", _INSTANT, nullable=True),
        sa.Column("undo_author", sa.Text(), nullable=True),
        sa.Column("undo_author_name", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("lead_merges_survivor", "lead_merges", ["survivor", "time"], unique=False)
