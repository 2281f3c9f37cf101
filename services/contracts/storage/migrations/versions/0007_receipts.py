"""Receipts, and in which transaction an instalment last changed: what the finance interface goes on from."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_INSTANT = sa.DateTime(timezone=True)
_CHANGED = """
create function instalment_changes() returns trigger language plpgsql as $$
begin
    new.changed_in := pg_current_xact_id()::text::bigint;
    return new;
end $$
"""


def upgrade() -> None:
    _receipts()
    _indexes()
    op.add_column("instalments", sa.Column("changed_in", sa.BigInteger(), nullable=True))
    op.add_column("instalments", sa.Column("comment", sa.Text(), nullable=True))
    op.execute("update instalments set changed_in = 0, comment = ''")
    op.alter_column("instalments", "changed_in", nullable=False)
    op.alter_column("instalments", "comment", nullable=False)
    op.create_index("instalments_changed_in", "instalments", ["changed_in", "uuid"])
    op.execute(_CHANGED)
    op.execute(
        "create trigger instalments_change before insert or update on instalments "
        "for each row execute function instalment_changes()"
    )


def _receipts() -> None:
    op.create_table(
        "receipts",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("external_reference", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("receive_date", sa.Date(), nullable=False),
        sa.Column("maturity_date", sa.Date(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("allocated_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("left_minor", sa.BigInteger(), nullable=False),
        sa.Column("payer_name", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("contract", sa.Uuid(), nullable=True),
        sa.Column("account", sa.Uuid(), nullable=True),
        sa.Column("owner", sa.Uuid(), nullable=True),
        sa.Column("team", sa.Uuid(), nullable=True),
        sa.Column("region", sa.Uuid(), nullable=True),
        sa.Column("claim_contract", sa.Uuid(), nullable=True),
        sa.Column("claimer", sa.Text(), nullable=True),
        sa.Column("claim_time", _INSTANT, nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("mature_time", _INSTANT, nullable=True),
        sa.Column("reverse_time", _INSTANT, nullable=True),
        sa.Column("create_time", _INSTANT, nullable=False),
        sa.Column("update_time", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
        sa.CheckConstraint(
            "amount_minor > 0 and allocated_minor >= 0 and refunded_minor >= 0 and left_minor >= 0",
            name="receipts_signs",
        ),
    )


def _indexes() -> None:
    op.create_index("receipts_external_reference_at_once", "receipts", ["external_reference"], unique=True)
    for name in ("account", "contract", "owner", "team", "region"):
        op.create_index(f"receipts_{name}", "receipts", [name, "receive_date"])
    op.create_index("receipts_receive_date", "receipts", ["receive_date", "uuid"])
    op.create_index("receipts_create_time", "receipts", ["create_time", "uuid"])
    op.create_index("receipts_open", "receipts", ["receive_date"], postgresql_where=sa.text("left_minor > 0"))
    op.create_index(
        "receipts_unclaimed",
        "receipts",
        ["receive_date", "uuid"],
        postgresql_where=sa.text("account is null and reverse_time is null"),
    )
    op.create_index(
        "receipts_bills",
        "receipts",
        ["maturity_date"],
        postgresql_where=sa.text("method = 'bill' and mature_time is null and reverse_time is null"),
    )
