"""Quotes and contracts keep who wrote a part of them; of those of before, whoever made the quote or one it followed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    for table in ("quotes", "contracts"):
        op.add_column(table, sa.Column("authors", postgresql.ARRAY(sa.Text()), nullable=True))
    op.execute(
        "update quotes set authors = (select array_agg(distinct before.creator) from quotes as before "
        "where before.number = quotes.number and before.revision <= quotes.revision)"
    )
    op.execute("update contracts set authors = array[creator]")
