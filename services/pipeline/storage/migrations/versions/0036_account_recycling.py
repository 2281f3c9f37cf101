"""Recycling clocks beside accounts, and what they came to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0036"
down_revision = "0035"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("accounts", sa.Column("recycling", postgresql.JSONB(none_as_null=True), nullable=True))
    op.add_column("accounts", sa.Column("recycle_next", _INSTANT, nullable=True))
    due = sa.text("recycle_next IS NOT NULL")
    op.create_index("accounts_recycle_next", "accounts", ["recycle_next"], postgresql_where=due)
    _add_notices()


def _add_notices() -> None:
    table = "account_recycling_notices"
    op.create_table(
        table,
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("time", _INSTANT, nullable=False),
        sa.Column("told", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("due", _INSTANT, nullable=False),
        sa.Column("pool", sa.Uuid(), nullable=True),
        sa.Column("owner", sa.Uuid(), nullable=True),
        sa.Column("team", sa.Uuid(), nullable=True),
        sa.Column("region", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("uuid"),
    )
    for name in ("account", "owner", "team"):
        op.create_index(f"{table}_{name}", table, [name, "time"])
    op.create_index(f"{table}_time", table, ["time", "uuid"])
    op.create_index(f"{table}_told", table, ["told"], postgresql_using="gin")
