"""Finding the leads that nobody could take."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_index("leads_unowned", "leads", ["uuid"], unique=False, postgresql_where=sa.text("owner IS NULL"))
