"""What a company register knows of leads' companies, won customers, and the leads that resemble them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    _add_companies()
    _add_likenesses()


def _add_companies() -> None:
    op.create_table(
        "lead_companies",
        sa.Column("lead", sa.Uuid(), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("entry", postgresql.JSONB(), nullable=True),
        sa.Column("filled", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("lead"),
    )
    op.create_table(
        "company_marks",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("lead", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )


def _add_likenesses() -> None:
    op.create_table(
        "won_leads",
        sa.Column("opportunity", sa.Uuid(), nullable=False),
        sa.Column("lead", sa.Uuid(), nullable=False),
        sa.Column("won", sa.Boolean(), nullable=False),
        sa.Column("close_time", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("opportunity"),
    )
    op.create_index(
        "won_leads_close_time",
        "won_leads",
        ["close_time", "opportunity"],
        unique=False,
        postgresql_where=sa.text("won"),
    )
    op.create_table(
        "lead_likenesses",
        sa.Column("lead", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("like", sa.Uuid(), nullable=False),
        sa.Column("alike", sa.Integer(), nullable=False),
        sa.Column("parts", postgresql.JSONB(), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("lead"),
    )
    op.create_index("lead_likenesses_score", "lead_likenesses", ["score", "lead"], unique=False)
