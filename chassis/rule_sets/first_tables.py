"""The tables of rule sets as a service's migration makes them; never edited: what comes later is a step of its own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


def create_rule_sets() -> None:
    """Make the tables of rule sets."""
    op.create_table(
        "rule_sets",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("update_time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
        sa.UniqueConstraint("kind", name="rule_sets_kind"),
    )
    op.create_table(
        "rule_set_versions",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("body", postgresql.JSONB(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("active_from", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "version"),
    )
