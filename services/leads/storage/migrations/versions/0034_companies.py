"""What a company register knows of leads' companies, and whose are to be looked up."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
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
