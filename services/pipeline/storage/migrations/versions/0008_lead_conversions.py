"""Which leads came over, and what became of each."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "lead_conversions",
        sa.Column("lead", sa.Uuid(), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("contact", sa.Uuid()),
        sa.Column("registration", sa.Uuid()),
        sa.Column("opportunity", sa.Uuid()),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("lead"),
    )
