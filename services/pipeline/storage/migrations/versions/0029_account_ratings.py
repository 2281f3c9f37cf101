"""Accounts are rated: their tiers, what these are made of, and the marks over all accounts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("rated_tier", sa.Text(), nullable=True))
    op.create_index("accounts_rated_tier", "accounts", ["rated_tier", "create_time"])
    op.create_index("account_orders_sign_time", "account_orders", ["sign_time"])
    op.create_table(
        "account_ratings",
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("indicators", JSONB(), nullable=False),
        sa.Column("reasons", JSONB(), nullable=False),
        sa.Column("rules_version", sa.BigInteger(), nullable=False),
        sa.Column("rate_time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account"),
    )
    op.create_table(
        "account_tier_marks",
        sa.Column("rules_version", sa.BigInteger(), nullable=False),
        sa.Column("marks", JSONB(), nullable=False),
        sa.Column("make_time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("rules_version"),
    )
