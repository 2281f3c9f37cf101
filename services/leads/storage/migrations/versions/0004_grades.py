"""Grades that people give, and rounds over the stock."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("leads", sa.Column("grade_override", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.create_index(
        "leads_with_demo", "leads", ["uuid"], unique=False, postgresql_where=sa.text("demo_request_time IS NOT NULL")
    )
    op.create_table(
        "rounds",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("goal", sa.Text(), nullable=False),
        sa.Column("after", sa.Uuid(), nullable=True),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
