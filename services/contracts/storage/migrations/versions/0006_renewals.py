"""Which contract another one follows."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("contracts", sa.Column("renews", sa.Uuid()))
