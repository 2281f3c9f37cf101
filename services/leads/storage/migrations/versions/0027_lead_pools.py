"""Pools of leads with their ledger, and whose row is held while what he holds is counted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("leads", sa.Column("pool", sa.Uuid(), nullable=True))
    op.create_index(
        "leads_pool",
        "leads",
        ["pool", "create_time", "uuid"],
        unique=False,
        postgresql_where=sa.text("pool IS NOT NULL"),
    )
    _add_pools()
    _add_moves()
    op.create_table("lead_holders", sa.Column("member", sa.Uuid(), nullable=False), sa.PrimaryKeyConstraint("member"))


def _add_pools() -> None:
    op.create_table(
        "lead_pools",
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
    op.create_index("lead_pools_display_name", "lead_pools", ["display_name", "uuid"], unique=False)


def _add_moves() -> None:
    op.create_table(
        "lead_pool_moves",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("lead", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("time", _INSTANT, nullable=False),
        sa.Column("pool", sa.Uuid(), nullable=False),
        sa.Column("former_pool", sa.Uuid(), nullable=True),
        sa.Column("member", sa.Uuid(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    table = "lead_pool_moves"
    op.create_index("lead_pool_moves_pool", table, ["pool", "time", "uuid"], unique=False)
    op.create_index("lead_pool_moves_member", table, ["member", "time"], unique=False)
    op.create_index("lead_pool_moves_lead", table, ["lead", "time"], unique=False)
    op.create_index("lead_pool_moves_time", table, ["time", "uuid"], unique=False)
