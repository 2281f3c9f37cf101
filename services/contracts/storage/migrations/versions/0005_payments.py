"""Instalments, and the ledger: balanced by the database itself, and closed to every change, the owner's too."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_INSTANT = sa.DateTime(timezone=True)
_CLOSED = """
create function ledger_is_closed() returns trigger language plpgsql as $$
begin
    raise exception 'the ledger is only added to: % of %', tg_op, tg_table_name
        using errcode = 'integrity_constraint_violation';
end $$
"""
_BALANCED = """
create function ledger_balances() returns trigger language plpgsql as $$
begin
    if exists (
        select from added group by transaction, currency having sum(debit_minor) <> sum(credit_minor)
    ) then
        raise exception 'entries do not balance' using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end $$
"""


def upgrade() -> None:
    _instalments()
    _ledger()
    op.execute(_CLOSED)
    op.execute(_BALANCED)
    for table in ("ledger_transactions", "ledger_entries"):
        op.execute(
            f"create trigger {table}_closed before update or delete or truncate on {table} "
            "for each statement execute function ledger_is_closed()"
        )
    op.execute(
        "create trigger ledger_entries_balance after insert on ledger_entries "
        "referencing new table as added for each statement execute function ledger_balances()"
    )


def _instalments() -> None:
    op.create_table(
        "instalments",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("contract", sa.Uuid(), nullable=False),
        sa.Column("opportunity", sa.Uuid(), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.Uuid(), nullable=True),
        sa.Column("team", sa.Uuid(), nullable=True),
        sa.Column("region", sa.Uuid(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("display_name_zh", sa.Text(), nullable=False),
        sa.Column("display_name_en", sa.Text(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("written_off_minor", sa.BigInteger(), nullable=False),
        sa.Column("open_minor", sa.BigInteger(), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("create_time", _INSTANT, nullable=False),
        sa.Column("update_time", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
        sa.CheckConstraint(
            "amount_minor >= 0 and paid_minor >= 0 and written_off_minor >= 0 and open_minor >= 0",
            name="instalments_signs",
        ),
    )
    op.create_index("instalments_contract", "instalments", ["contract", "sequence"])
    for name in ("account", "owner", "team", "region"):
        op.create_index(f"instalments_{name}", "instalments", [name, "due_date"])
    op.create_index("instalments_due_date", "instalments", ["due_date", "uuid"])
    op.create_index("instalments_open", "instalments", ["due_date"], postgresql_where=sa.text("open_minor > 0"))


def _ledger() -> None:
    op.create_table(
        "ledger_transactions",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("movement", sa.Text(), nullable=False),
        sa.Column("time", _INSTANT, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("ledger_transactions_time", "ledger_transactions", ["time", "uuid"])
    op.create_table(
        "ledger_entries",
        sa.Column("transaction", sa.Uuid(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("debit_minor", sa.BigInteger(), nullable=False),
        sa.Column("credit_minor", sa.BigInteger(), nullable=False),
        sa.Column("contract", sa.Uuid(), nullable=True),
        sa.Column("instalment", sa.Uuid(), nullable=True),
        sa.Column("receipt", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("transaction", "place", name="ledger_entries_pkey"),
        sa.CheckConstraint(
            "debit_minor >= 0 and credit_minor >= 0 and (debit_minor = 0) <> (credit_minor = 0)",
            name="ledger_one_side",
        ),
    )
    for name in ("contract", "instalment", "receipt"):
        op.create_index(
            f"ledger_entries_{name}", "ledger_entries", [name], postgresql_where=sa.text(f"{name} is not null")
        )
