"""Leads that are likely an existing customer's, and which are to be compared."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.create_table(
        "account_candidates",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("lead", sa.Uuid(), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("judge", sa.Text(), nullable=True),
        sa.Column("judge_name", sa.Text(), nullable=True),
        sa.Column("judge_time", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("account_candidates_at_once", "account_candidates", ["lead", "account"], unique=True)
    op.create_index("account_candidates_newest", "account_candidates", ["create_time", "uuid"], unique=False)
    op.create_index("account_candidates_open", "account_candidates", ["state", "create_time"], unique=False)
    op.create_table(
        "account_marks",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("lead", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
