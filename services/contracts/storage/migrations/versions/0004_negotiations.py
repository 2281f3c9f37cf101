"""Which opportunities negotiate their contract."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "negotiations",
        sa.Column("opportunity", sa.Uuid(), nullable=False),
        sa.Column("negotiating", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("opportunity"),
    )
