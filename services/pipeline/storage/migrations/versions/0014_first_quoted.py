"""When an opportunity was first quoted since its need is confirmed; of before, as far as a quote still stands."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("opportunities", sa.Column("first_quoted_time", sa.DateTime(timezone=True), nullable=True))
    op.execute("update opportunities set first_quoted_time = quoted_time where quoted_time is not null")
    op.drop_index("opportunities_unquoted", "opportunities")
    op.create_index(
        "opportunities_never_quoted",
        "opportunities",
        ["need_confirmed_time"],
        postgresql_where=sa.text("state = 'open' and first_quoted_time is null"),
    )
