"""The care calendar and the gift log: agreed occasions, birthdays by their place in the year, what was given."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

_LIVE = sa.text("delete_time IS NULL")


def upgrade() -> None:
    op.create_table(
        "occasions",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("contact", sa.Uuid()),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("day", sa.Date()),
        sa.Column("yearly", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("update_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delete_time", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("occasions_account", "occasions", ["account", "uuid"])
    op.create_index("occasions_contact", "occasions", ["contact"], postgresql_where=sa.text("contact IS NOT NULL"))
    op.create_index("occasions_create_time", "occasions", ["create_time", "uuid"])
    op.create_index("occasions_update_time", "occasions", ["update_time", "uuid"])
    op.create_index("occasions_month_and_day", "occasions", [_month_and_day("day")], postgresql_where=_LIVE)
    op.create_index("contacts_month_and_day", "contacts", [_month_and_day("birth_date")], postgresql_where=_LIVE)
    op.create_table(
        "care_records",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("contact", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("worth_minor", sa.BigInteger()),
        sa.Column("worth_currency", sa.Text()),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("occasion", sa.Uuid()),
        sa.Column("birthday", sa.Boolean(), nullable=False),
        sa.Column("member", sa.Uuid()),
        sa.Column("corrects", sa.Uuid()),
        sa.Column("correct_time", sa.DateTime(timezone=True)),
        sa.Column("correction_reason", sa.Text(), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("care_records_account", "care_records", ["account", "day"])
    op.create_index("care_records_contact", "care_records", ["contact", "day"])
    op.create_index("care_records_day", "care_records", ["day", "uuid"])
    op.create_index("care_records_create_time", "care_records", ["create_time", "uuid"])


def _month_and_day(column: str) -> sa.TextClause:
    return sa.text(f"(EXTRACT(month FROM {column}) * 100 + EXTRACT(day FROM {column}))")
