"""The tables of registrations, and of the customers they protect."""

from typing import Any

from sqlalchemy import BigInteger, Column, Date, DateTime, Index, Integer, PrimaryKeyConstraint, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.pipeline.storage.metadata import METADATA

_PERSONAL = {"personal": True}
# Made from the other columns: the audit need not keep a masked form of it beside theirs.
_DERIVED = {"personal": True, "derived": True}


def _text(name: str, **options: Any) -> Column[Any]:
    return Column(name, Text, nullable=False, **options)


def _instant(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


REGISTRATIONS = Table(
    "registrations",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    _text("state"),
    Column("account", Uuid),
    _text("company_name"),
    _text("contact_name", info=_PERSONAL),
    _text("credit_code"),
    _text("industry"),
    _text("phone", info=_PERSONAL),
    _text("email", info=_PERSONAL),
    _text("wechat", info=_PERSONAL),
    _text("need"),
    Column("budget_min_minor", BigInteger),
    Column("budget_max_minor", BigInteger),
    Column("budget_currency", Text),
    Column("expected_close_date", Date),
    Column("decision_cycle_days", Integer, nullable=False),
    _text("follow_up_state"),
    _text("follow_up_evidence"),
    Column("owner", Uuid, nullable=False),
    Column("team", Uuid),
    Column("region", Uuid),
    Column("lead", Uuid),
    Column("channel", Uuid),
    Column("campaign", Uuid),
    _instant("first_contact_time", nullable=True),
    Column("match_keys", ARRAY(Text), nullable=False, info=_DERIVED),
    Column("review", JSONB, nullable=False),
    Column("approval", Uuid),
    Column("opportunity", Uuid),
    _instant("submit_time", nullable=True),
    _instant("review_time", nullable=True),
    _instant("protection_end_time", nullable=True),
    Column("renewals", Integer, nullable=False),
    # By which rules it is so long; not there in rows of a release before.
    Column("protection_rules_version", BigInteger),
    # Who wrote a part of it; not there in rows of a release before.
    Column("authors", ARRAY(Text)),
    _instant("create_time"),
    _instant("update_time"),
)
for _name in ("owner", "team", "region", "state", "account", "lead", "follow_up_state", "industry"):
    Index(f"registrations_{_name}", REGISTRATIONS.c[_name], REGISTRATIONS.c.create_time)
Index("registrations_create_time", REGISTRATIONS.c.create_time, REGISTRATIONS.c.uuid)
Index("registrations_update_time", REGISTRATIONS.c.update_time, REGISTRATIONS.c.uuid)
Index("registrations_submit_time", REGISTRATIONS.c.submit_time)
Index("registrations_expected_close_date", REGISTRATIONS.c.expected_close_date)
# What the sweep looks for, and what a conflict check does.
Index(
    "registrations_protected_until",
    REGISTRATIONS.c.protection_end_time,
    postgresql_where=text("state = 'approved'"),
)
Index("registrations_match_keys", REGISTRATIONS.c.match_keys, postgresql_using="gin")

# Who protects a customer: every live registration holds its keys by itself, so that none ends with another.
PROTECTED_KEYS = Table(
    "protected_keys",
    METADATA,
    Column("key", Text, info=_DERIVED),
    Column("registration", Uuid),
    Column("owner", Uuid, nullable=False),
    Column("team", Uuid),
    _instant("end_time"),
    PrimaryKeyConstraint("key", "registration", name="protected_keys_pkey"),
)
Index("protected_keys_registration", PROTECTED_KEYS.c.registration)
