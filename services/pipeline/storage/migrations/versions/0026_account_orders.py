"""The orders of customers, told by contracts from the first one on: a new consumer reads the whole history."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_table(
        "account_orders",
        sa.Column("contract", sa.Uuid(), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("sign_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger()),
        sa.Column("amount_currency", sa.Text()),
        sa.Column("items", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("contract"),
    )
    op.create_index("account_orders_account", "account_orders", ["account", "sign_time"])
