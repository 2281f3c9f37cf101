"""The tables of the care calendar and the gift log; whoever sees the account sees their rows."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Index, Integer, Table, Text, Uuid, extract, literal

from services.pipeline.storage.account_tables import CONTACTS
from services.pipeline.storage.metadata import METADATA


def _text(name: str, **options: Any) -> Column[Any]:
    return Column(name, Text, nullable=False, **options)


def month_and_day(column: Column[Any]) -> Any:
    """Where in the year a day lies: 229 is the 29th of February. Written as its index is, so that the index is used."""
    hundred = literal(100, Integer, literal_execute=True)
    return extract("month", column) * hundred + extract("day", column)


OCCASIONS = Table(
    "occasions",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("account", Uuid, nullable=False),
    Column("contact", Uuid),
    _text("title"),
    _text("kind"),
    Column("day", Date),
    Column("yearly", Boolean, nullable=False),
    _text("note"),
    Column("create_time", DateTime(timezone=True), nullable=False),
    Column("update_time", DateTime(timezone=True), nullable=False),
    Column("delete_time", DateTime(timezone=True)),
)
Index("occasions_account", OCCASIONS.c.account, OCCASIONS.c.uuid)
Index("occasions_contact", OCCASIONS.c.contact, postgresql_where=OCCASIONS.c.contact.is_not(None))
Index("occasions_create_time", OCCASIONS.c.create_time, OCCASIONS.c.uuid)
Index("occasions_update_time", OCCASIONS.c.update_time, OCCASIONS.c.uuid)
Index("occasions_month_and_day", month_and_day(OCCASIONS.c.day), postgresql_where=OCCASIONS.c.delete_time.is_(None))
Index("contacts_month_and_day", month_and_day(CONTACTS.c.birth_date), postgresql_where=CONTACTS.c.delete_time.is_(None))

CARE_RECORDS = Table(
    "care_records",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("account", Uuid, nullable=False),
    Column("contact", Uuid, nullable=False),
    _text("kind"),
    Column("day", Date, nullable=False),
    Column("worth_minor", BigInteger),
    Column("worth_currency", Text),
    _text("note"),
    Column("occasion", Uuid),
    Column("birthday", Boolean, nullable=False),
    Column("member", Uuid),
    Column("corrects", Uuid),
    Column("correct_time", DateTime(timezone=True)),
    _text("correction_reason"),
    Column("create_time", DateTime(timezone=True), nullable=False),
)
Index("care_records_account", CARE_RECORDS.c.account, CARE_RECORDS.c.day)
Index("care_records_contact", CARE_RECORDS.c.contact, CARE_RECORDS.c.day)
Index("care_records_day", CARE_RECORDS.c.day, CARE_RECORDS.c.uuid)
Index("care_records_create_time", CARE_RECORDS.c.create_time, CARE_RECORDS.c.uuid)
