"""The tables of payments: instalments of contracts, and the ledger that is only ever added to."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
)

from services.contracts.storage.metadata import METADATA

_INSTANT = DateTime(timezone=True)

INSTALMENTS = Table(
    "instalments",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("contract", Uuid, nullable=False),
    Column("opportunity", Uuid, nullable=False),
    Column("account", Uuid, nullable=False),
    Column("owner", Uuid),
    Column("team", Uuid),
    Column("region", Uuid),
    Column("sequence", Integer, nullable=False),
    Column("part", Text, nullable=False),
    Column("display_name_zh", Text, nullable=False),
    Column("display_name_en", Text, nullable=False),
    Column("due_date", Date, nullable=False),
    Column("currency", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("paid_minor", BigInteger, nullable=False),
    Column("written_off_minor", BigInteger, nullable=False),
    # What is left of it: derived with the row, so that what is due is found by an index.
    Column("open_minor", BigInteger, nullable=False),
    Column("cancelled", Boolean, nullable=False),
    Column("comment", Text, nullable=False),
    Column("create_time", _INSTANT, nullable=False),
    Column("update_time", _INSTANT, nullable=False),
    # The transaction that last changed the row; a trigger fills it, and whatever is written here is not kept.
    Column("changed_in", BigInteger, nullable=False),
    CheckConstraint(
        "amount_minor >= 0 and paid_minor >= 0 and written_off_minor >= 0 and open_minor >= 0", name="instalments_signs"
    ),
)
Index("instalments_contract", INSTALMENTS.c.contract, INSTALMENTS.c.sequence)
Index("instalments_account", INSTALMENTS.c.account, INSTALMENTS.c.due_date)
Index("instalments_owner", INSTALMENTS.c.owner, INSTALMENTS.c.due_date)
Index("instalments_team", INSTALMENTS.c.team, INSTALMENTS.c.due_date)
Index("instalments_region", INSTALMENTS.c.region, INSTALMENTS.c.due_date)
Index("instalments_due_date", INSTALMENTS.c.due_date, INSTALMENTS.c.uuid)
Index("instalments_changed_in", INSTALMENTS.c.changed_in, INSTALMENTS.c.uuid)
Index("instalments_open", INSTALMENTS.c.due_date, postgresql_where=INSTALMENTS.c.open_minor > 0)

# Of which history the numbers in `changed_in` are: after a restore into another cluster they count anew.
RECEIVABLE_EPOCHS = Table(
    "receivable_epochs",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
)

LEDGER_TRANSACTIONS = Table(
    "ledger_transactions",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("movement", Text, nullable=False),
    Column("time", _INSTANT, nullable=False),
    Column("actor", Text, nullable=False),
)
Index("ledger_transactions_time", LEDGER_TRANSACTIONS.c.time, LEDGER_TRANSACTIONS.c.uuid)

# All entries of a transaction come in one statement, at whose end they balance; nothing changes or takes one away.
LEDGER_ENTRIES = Table(
    "ledger_entries",
    METADATA,
    Column("transaction", Uuid, nullable=False),
    Column("place", SmallInteger, nullable=False),
    Column("account", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("debit_minor", BigInteger, nullable=False),
    Column("credit_minor", BigInteger, nullable=False),
    Column("contract", Uuid),
    Column("instalment", Uuid),
    Column("receipt", Uuid),
    PrimaryKeyConstraint("transaction", "place", name="ledger_entries_pkey"),
    CheckConstraint(
        "debit_minor >= 0 and credit_minor >= 0 and (debit_minor = 0) <> (credit_minor = 0)", name="ledger_one_side"
    ),
)
Index("ledger_entries_contract", LEDGER_ENTRIES.c.contract, postgresql_where=LEDGER_ENTRIES.c.contract.is_not(None))
Index(
    "ledger_entries_instalment",
    LEDGER_ENTRIES.c.instalment,
    postgresql_where=LEDGER_ENTRIES.c.instalment.is_not(None),
)
Index("ledger_entries_receipt", LEDGER_ENTRIES.c.receipt, postgresql_where=LEDGER_ENTRIES.c.receipt.is_not(None))
