"""Which rules a protection follows, what was asked of customers today, and conflicts that are done."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("registrations", sa.Column("protection_rules_version", sa.BigInteger(), nullable=True))
    op.create_table(
        "account_questions",
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("caller", "day", "digest"),
    )
    op.add_column("opportunity_conflicts", sa.Column("close_time", sa.DateTime(timezone=True), nullable=True))
    op.add_column("opportunity_conflicts", sa.Column("closer", sa.Text(), nullable=True))
    op.add_column("opportunity_conflicts", sa.Column("comment", sa.Text(), nullable=True))
