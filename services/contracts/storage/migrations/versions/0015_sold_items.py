"""Contracts keep what they sell; null where it was not kept."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("contracts", sa.Column("sold", JSONB(), nullable=True))
