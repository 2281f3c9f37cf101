"""Pools of customers with their ledger, and whose row is held while what he holds is counted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035"
down_revision = "0034"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("accounts", sa.Column("pool", sa.Uuid(), nullable=True))
    op.create_index(
        "accounts_pool",
        "accounts",
        ["pool", "create_time"],
        unique=False,
        postgresql_where=sa.text("pool IS NOT NULL"),
    )
    _add_pools()
    _add_moves()
    op.create_table(
        "account_holders", sa.Column("member", sa.Uuid(), nullable=False), sa.PrimaryKeyConstraint("member")
    )


def _add_pools() -> None:
    op.create_table(
        "account_pools",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("members", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("teams", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("regions", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("administrators", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("daily_cap", sa.Integer(), nullable=True),
        sa.Column("holding_cap", sa.Integer(), nullable=True),
        sa.Column("cool_down_days", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("create_time", _INSTANT, nullable=False),
        sa.Column("update_time", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("account_pools_display_name", "account_pools", ["display_name", "uuid"], unique=False)


def _add_moves() -> None:
    op.create_table(
        "account_pool_moves",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("time", _INSTANT, nullable=False),
        sa.Column("pool", sa.Uuid(), nullable=False),
        sa.Column("former_pool", sa.Uuid(), nullable=True),
        sa.Column("member", sa.Uuid(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    table = "account_pool_moves"
    op.create_index("account_pool_moves_pool", table, ["pool", "time", "uuid"], unique=False)
    op.create_index("account_pool_moves_member", table, ["member", "time"], unique=False)
    op.create_index("account_pool_moves_account", table, ["account", "time"], unique=False)
    op.create_index("account_pool_moves_time", table, ["time", "uuid"], unique=False)
