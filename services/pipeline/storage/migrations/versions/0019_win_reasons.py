"""Why an opportunity was won, where somebody noted it."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("opportunities", sa.Column("win_reason", sa.Text(), nullable=True))
