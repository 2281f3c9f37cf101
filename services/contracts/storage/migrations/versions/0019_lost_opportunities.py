"""Whether an opportunity is lost, as pipeline told last; null of those it told nothing of since."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("known_opportunities", sa.Column("lost", sa.Boolean(), nullable=True))
