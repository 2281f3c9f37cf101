"""The credit codes of the companies behind leads; null where nobody told one."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("leads", sa.Column("credit_code", sa.Text(), nullable=True))
    op.create_index(
        "leads_credit_code",
        "leads",
        ["credit_code"],
        unique=False,
        postgresql_where=sa.text("credit_code IS NOT NULL"),
    )
