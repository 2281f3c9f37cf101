"""Amendments of contracts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "contract_amendments",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("contract", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("quote", sa.Uuid(), nullable=True),
        sa.Column("quote_hash", sa.LargeBinary(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("payment_template", sa.Text(), nullable=False),
        sa.Column("payment_parts", JSONB(), nullable=False),
        sa.Column("approval", sa.Uuid(), nullable=True),
        sa.Column("approved_hash", sa.LargeBinary(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("sign_time", _INSTANT, nullable=True),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("create_time", _INSTANT, nullable=False),
        sa.Column("update_time", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("contract_amendments_contract", "contract_amendments", ["contract", "create_time"])
    op.create_index(
        "contract_amendments_open_at_once",
        "contract_amendments",
        ["contract"],
        unique=True,
        postgresql_where=sa.text("state in ('proposed', 'approved')"),
    )
