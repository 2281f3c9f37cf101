"""Registrations keep who wrote a part of them; of those of before nobody but the owner is known."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0030"


def upgrade() -> None:
    op.add_column("registrations", sa.Column("authors", postgresql.ARRAY(sa.Text()), nullable=True))
