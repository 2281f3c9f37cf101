"""On which day an opportunity was said to close last, also where none is said now."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.add_column("opportunities", sa.Column("last_promise", sa.Date(), nullable=True))
