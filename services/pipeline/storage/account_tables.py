"""The tables of accounts and contacts."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Index, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.pipeline.storage.metadata import METADATA

_PERSONAL = {"personal": True}
# Made from the other columns: the audit need not keep a masked form of it beside theirs.
_DERIVED = {"personal": True, "derived": True}


def _text(name: str, **options: Any) -> Column[Any]:
    return Column(name, Text, nullable=False, **options)


def _instant(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _owned() -> tuple[Column[Any], ...]:
    return Column("owner", Uuid), Column("team", Uuid), Column("region", Uuid)


def _times() -> tuple[Column[Any], ...]:
    return _instant("create_time"), _instant("update_time"), _instant("delete_time", nullable=True)


ACCOUNTS = Table(
    "accounts",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    # Of a person who buys by himself it is his name.
    _text("display_name", info=_PERSONAL),
    Column("person", Boolean, nullable=False),
    _text("credit_code"),
    _text("phone", info=_PERSONAL),
    _text("email", info=_PERSONAL),
    _text("website"),
    _text("address"),
    _text("industry"),
    _text("tier"),
    Column("employee_count", Integer, nullable=False),
    Column("tags", ARRAY(Text), nullable=False),
    Column("parent", Uuid),
    _text("note"),
    *_owned(),
    Column("lead", Uuid),
    _instant("first_contact_time", nullable=True),
    Column("channel", Uuid),
    Column("campaign", Uuid),
    # What follows from its opportunities, as the round last found it; none is a prospect.
    Column("phase", Text),
    Column("rated_tier", Text),
    # Tags of groups as "group/tag": those set by hand, and all it bears.
    Column("hand_tags", ARRAY(Text)),
    Column("group_tags", ARRAY(Text)),
    # The pool it waits in, the clock of its owner, and when the sweep looks at it next.
    Column("pool", Uuid),
    Column("recycling", JSONB(none_as_null=True)),
    _instant("recycle_next", nullable=True),
    Column("match_keys", ARRAY(Text), nullable=False, info=_DERIVED),
    Column("search_keys", ARRAY(Text), nullable=False, info=_DERIVED),
    _text("sort_key", info=_DERIVED),
    *_times(),
)
# Without the pending list a look-up never has to read through unsorted newcomers.
for _keys in ("match_keys", "search_keys", "tags", "group_tags"):
    Index(f"accounts_{_keys}", ACCOUNTS.c[_keys], postgresql_using="gin", postgresql_with={"fastupdate": "off"})
for _name in ("owner", "team", "region", "industry", "tier", "phase", "rated_tier"):
    Index(f"accounts_{_name}", ACCOUNTS.c[_name], ACCOUNTS.c.create_time)
Index("accounts_create_time", ACCOUNTS.c.create_time, ACCOUNTS.c.uuid)
Index("accounts_update_time", ACCOUNTS.c.update_time, ACCOUNTS.c.uuid)
Index("accounts_sort_key", ACCOUNTS.c.sort_key, ACCOUNTS.c.uuid)
Index("accounts_parent", ACCOUNTS.c.parent, postgresql_where=ACCOUNTS.c.parent.is_not(None))
Index("accounts_lead", ACCOUNTS.c.lead, postgresql_where=ACCOUNTS.c.lead.is_not(None))
Index("accounts_pool", ACCOUNTS.c.pool, ACCOUNTS.c.create_time, postgresql_where=ACCOUNTS.c.pool.is_not(None))
Index("accounts_recycle_next", ACCOUNTS.c.recycle_next, postgresql_where=ACCOUNTS.c.recycle_next.is_not(None))
Index("accounts_credit_code", ACCOUNTS.c.credit_code, postgresql_where=ACCOUNTS.c.credit_code != "")

# Which accounts are to be gone over for what follows from what happened to them; several rows of one are one round.
PROFILES_DUE = Table(
    "account_profiles_due",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("account", Uuid, nullable=False),
    _instant("due_time"),
)
Index("account_profiles_due_time", PROFILES_DUE.c.due_time)
Index("account_profiles_due_account", PROFILES_DUE.c.account)

CONTACTS = Table(
    "contacts",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("account", Uuid, nullable=False),
    *_owned(),
    _text("display_name", info=_PERSONAL),
    _text("job_title"),
    _text("phone", info=_PERSONAL),
    _text("email", info=_PERSONAL),
    _text("wechat", info=_PERSONAL),
    _text("decision_role"),
    Column("birth_date", Date, info=_PERSONAL),
    Column("interests", ARRAY(Text), nullable=False),
    _text("preferences"),
    _text("note"),
    _text("phone_e164", info=_DERIVED),
    _text("email_key", info=_DERIVED),
    _text("sort_key", info=_DERIVED),
    *_times(),
)
Index("contacts_account", CONTACTS.c.account, CONTACTS.c.uuid)
for _name in ("owner", "team", "region"):
    Index(f"contacts_{_name}", CONTACTS.c[_name], CONTACTS.c.create_time)
Index("contacts_create_time", CONTACTS.c.create_time, CONTACTS.c.uuid)
Index("contacts_update_time", CONTACTS.c.update_time, CONTACTS.c.uuid)
Index("contacts_sort_key", CONTACTS.c.sort_key, CONTACTS.c.uuid)
Index("contacts_phone_e164", CONTACTS.c.phone_e164, postgresql_where=CONTACTS.c.phone_e164 != "")
Index("contacts_email_key", CONTACTS.c.email_key, postgresql_where=CONTACTS.c.email_key != "")
