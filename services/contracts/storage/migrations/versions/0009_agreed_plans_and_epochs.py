"""The plan as it was agreed upon, the day of coming into force, and of which history receivables are numbered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("contracts", sa.Column("payment_parts", JSONB(), nullable=True))
    op.execute("update contracts set payment_parts = '[]'")
    op.alter_column("contracts", "payment_parts", nullable=False)
    op.add_column("contracts", sa.Column("effective_date", sa.Date(), nullable=True))
    op.execute(
        "update contracts set effective_date = start_date "
        "where state not in ('draft', 'legal_review', 'approved', 'sent', 'signed')"
    )
    op.create_table(
        "receivable_epochs",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.execute("insert into receivable_epochs values ('00000000-0000-0000-0000-000000000001')")
