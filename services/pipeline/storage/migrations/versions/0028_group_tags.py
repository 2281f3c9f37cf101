"""Accounts bear tags of groups; those that follow by rule are found by the round."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("hand_tags", ARRAY(sa.Text()), nullable=True))
    op.add_column("accounts", sa.Column("group_tags", ARRAY(sa.Text()), nullable=True))
    op.create_index(
        "accounts_group_tags",
        "accounts",
        ["group_tags"],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
