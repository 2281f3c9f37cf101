"""Quotes name the version of the rules by which it was decided who must agree; null where it was not kept."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("quotes", sa.Column("rules_version", sa.BigInteger(), nullable=True))
