"""Accounts that resemble won customers, and what customers may need besides what they bought."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.create_table(
        "account_likenesses",
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("like", sa.Uuid(), nullable=False),
        sa.Column("alike", sa.Integer(), nullable=False),
        sa.Column("parts", JSONB(), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account"),
    )
    op.create_index("account_likenesses_score", "account_likenesses", ["score", "account"])
    op.create_table(
        "account_offers",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("product", sa.Uuid(), nullable=False),
        sa.Column("bought", sa.Uuid(), nullable=False),
        sa.Column("buyers", sa.Integer(), nullable=False),
        sa.Column("both", sa.Integer(), nullable=False),
        sa.Column("other_buyers", sa.Integer(), nullable=False),
        sa.Column("customers", sa.Integer(), nullable=False),
        sa.Column("lift", sa.Float(), nullable=False),
        sa.Column("like", sa.Uuid(), nullable=False),
        sa.Column("alike", sa.Integer(), nullable=False),
        sa.Column("parts", JSONB(), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("account_offers_account", "account_offers", ["account", "product"], unique=True)
    op.create_index("account_offers_lift", "account_offers", ["lift", "uuid"])
    op.create_table(
        "product_affinities",
        sa.Column("goal", sa.Text(), nullable=False),
        sa.Column("customers", sa.BigInteger(), nullable=False),
        sa.Column("affinities", JSONB(), nullable=False),
        sa.Column("make_time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("goal"),
    )
