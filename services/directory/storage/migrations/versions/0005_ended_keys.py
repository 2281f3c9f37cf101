"""Signing keys that are ended before their time."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("signing_keys", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
