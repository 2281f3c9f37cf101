"""The table of receipts."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, DateTime, Index, Table, Text, Uuid

from chassis.tables import AT_ONCE
from services.contracts.storage.metadata import METADATA

_INSTANT = DateTime(timezone=True)
_PERSONAL = {"personal": True}

RECEIPTS = Table(
    "receipts",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("external_reference", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("receive_date", Date, nullable=False),
    Column("maturity_date", Date),
    Column("currency", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("allocated_minor", BigInteger, nullable=False),
    Column("refunded_minor", BigInteger, nullable=False),
    # What is left of it: derived with the row, so that what has credit is found by an index.
    Column("left_minor", BigInteger, nullable=False),
    Column("payer_name", Text, nullable=False, info=_PERSONAL),
    Column("remark", Text, nullable=False, info=_PERSONAL),
    Column("contract", Uuid),
    Column("account", Uuid),
    Column("owner", Uuid),
    Column("team", Uuid),
    Column("region", Uuid),
    Column("claim_contract", Uuid),
    Column("claimer", Text),
    Column("claim_time", _INSTANT),
    Column("comment", Text, nullable=False),
    Column("mature_time", _INSTANT),
    Column("reverse_time", _INSTANT),
    Column("create_time", _INSTANT, nullable=False),
    Column("update_time", _INSTANT, nullable=False),
    CheckConstraint(
        "amount_minor > 0 and allocated_minor >= 0 and refunded_minor >= 0 and left_minor >= 0", name="receipts_signs"
    ),
)
# Booked once under a reference, for ever: whoever comes second at the same moment reads what the first one booked.
Index(f"receipts_external_reference{AT_ONCE}", RECEIPTS.c.external_reference, unique=True)
Index("receipts_account", RECEIPTS.c.account, RECEIPTS.c.receive_date)
Index("receipts_contract", RECEIPTS.c.contract, RECEIPTS.c.receive_date)
Index("receipts_owner", RECEIPTS.c.owner, RECEIPTS.c.receive_date)
Index("receipts_team", RECEIPTS.c.team, RECEIPTS.c.receive_date)
Index("receipts_region", RECEIPTS.c.region, RECEIPTS.c.receive_date)
Index("receipts_receive_date", RECEIPTS.c.receive_date, RECEIPTS.c.uuid)
Index("receipts_create_time", RECEIPTS.c.create_time, RECEIPTS.c.uuid)
Index("receipts_open", RECEIPTS.c.receive_date, postgresql_where=RECEIPTS.c.left_minor > 0)
Index(
    "receipts_unclaimed",
    RECEIPTS.c.receive_date,
    RECEIPTS.c.uuid,
    postgresql_where=RECEIPTS.c.account.is_(None) & RECEIPTS.c.reverse_time.is_(None),
)
Index(
    "receipts_bills",
    RECEIPTS.c.maturity_date,
    postgresql_where=(RECEIPTS.c.method == "bill")
    & RECEIPTS.c.mature_time.is_(None)
    & RECEIPTS.c.reverse_time.is_(None),
)
