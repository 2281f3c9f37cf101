"""How often an import was begun since its last batch: one that breaks its worker again and again is given up."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    # May be absent, because processes of the release before go on to make imports without it for a while.
    op.add_column("import_progress", sa.Column("attempts", sa.SmallInteger(), nullable=True))
