"""Amendments are found by the quote they take their amount from."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    where = sa.text("quote IS NOT NULL")
    op.create_index("contract_amendments_quote", "contract_amendments", ["quote"], postgresql_where=where)
