"""The table of rounds as a service's migration makes it; never edited: what comes later is a step of its own."""

import sqlalchemy as sa
from alembic import op


def create_rounds() -> None:
    """Make the table of rounds."""
    op.create_table(
        "rounds",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("goal", sa.Text(), nullable=False),
        sa.Column("after", sa.Uuid(), nullable=True),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
