"""Signatures name the contact who is to sign, so that he can be erased alone."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("signatures", sa.Column("contact", sa.Uuid(), nullable=True))
