"""How leads were judged by the checklist."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.add_column("leads", sa.Column("qualification", postgresql.JSONB(), nullable=True))
