"""A won opportunity is worth what its contract says, beside what people said of it."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("opportunities", sa.Column("amount_source", sa.Text(), nullable=True))
    op.add_column("opportunities", sa.Column("stated_minor", sa.BigInteger(), nullable=True))
    op.add_column("opportunities", sa.Column("stated_currency", sa.Text(), nullable=True))
    op.add_column("contract_standings", sa.Column("amount_minor", sa.BigInteger(), nullable=True))
    op.add_column("contract_standings", sa.Column("amount_currency", sa.Text(), nullable=True))
