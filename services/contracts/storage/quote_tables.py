"""The tables of what is sold, what it is listed at, and what customers are offered."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    Sequence,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.tables import AT_ONCE
from services.contracts.storage.metadata import METADATA


def _instant(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _text(name: str) -> Column[Any]:
    return Column(name, Text, nullable=False)


def _version() -> Column[Any]:
    return Column("version", BigInteger, nullable=False)


PRODUCTS = Table(
    "products",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    _version(),
    _text("code"),
    _text("display_name"),
    _text("unit"),
    _text("product_line"),
    Column("tax_rate", Numeric, nullable=False),
    Column("cost_minor", BigInteger),
    _text("cost_currency"),
    Column("active", Boolean, nullable=False),
    _instant("create_time"),
    _instant("update_time"),
)
Index(f"products_code{AT_ONCE}", PRODUCTS.c.code, unique=True)
Index("products_display_name", PRODUCTS.c.display_name, PRODUCTS.c.uuid)
Index("products_product_line", PRODUCTS.c.product_line, PRODUCTS.c.display_name)
Index("products_create_time", PRODUCTS.c.create_time, PRODUCTS.c.uuid)

PRICE_BOOKS = Table(
    "price_books",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    _version(),
    _text("display_name"),
    _text("currency"),
    Column("parent", Uuid),
    Column("valid_from", Date),
    Column("valid_until", Date),
    Column("active", Boolean, nullable=False),
    Column("entries", JSONB, nullable=False),
    _instant("create_time"),
    _instant("update_time"),
)
Index("price_books_display_name", PRICE_BOOKS.c.display_name, PRICE_BOOKS.c.uuid)
Index("price_books_create_time", PRICE_BOOKS.c.create_time, PRICE_BOOKS.c.uuid)

QUOTE_NUMBERS = Sequence("quote_numbers", metadata=METADATA)

QUOTES = Table(
    "quotes",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    _version(),
    _text("number"),
    _text("state"),
    Column("revision", Integer, nullable=False),
    Column("previous", Uuid),
    Column("opportunity", Uuid, nullable=False),
    Column("account", Uuid, nullable=False),
    Column("owner", Uuid),
    Column("team", Uuid),
    Column("region", Uuid),
    _text("tier"),
    Column("buyer", Text, nullable=False, info={"personal": True}),
    Column("price_book", Uuid, nullable=False),
    _text("currency"),
    Column("lines", JSONB, nullable=False),
    Column("total_discount", Numeric, nullable=False),
    Column("coupons_minor", BigInteger, nullable=False),
    Column("list_minor", BigInteger, nullable=False),
    Column("net_minor", BigInteger, nullable=False),
    Column("tax_minor", BigInteger, nullable=False),
    Column("gross_minor", BigInteger, nullable=False),
    Column("valid_until", Date, nullable=False),
    Column("approval", Uuid),
    Column("approved_hash", LargeBinary, nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("rules_version", BigInteger),
    _text("comment"),
    _instant("submit_time", nullable=True),
    _instant("send_time", nullable=True),
    _text("creator"),
    # Who wrote a part of it; not there in rows of a release before.
    Column("authors", ARRAY(Text)),
    _instant("create_time"),
    _instant("update_time"),
)
# A quote has each of its versions once: of two who revise it at the same moment, the second is told.
Index(f"quotes_revision{AT_ONCE}", QUOTES.c.number, QUOTES.c.revision, unique=True)
Index("quotes_opportunity", QUOTES.c.opportunity, QUOTES.c.create_time)
Index("quotes_account", QUOTES.c.account, QUOTES.c.submit_time)
Index("quotes_owner", QUOTES.c.owner, QUOTES.c.create_time)
Index("quotes_team", QUOTES.c.team, QUOTES.c.create_time)
Index("quotes_region", QUOTES.c.region, QUOTES.c.create_time)
Index("quotes_state", QUOTES.c.state, QUOTES.c.create_time)
Index("quotes_create_time", QUOTES.c.create_time, QUOTES.c.uuid)
Index(
    "quotes_open",
    QUOTES.c.valid_until,
    postgresql_where=QUOTES.c.state.in_(("draft", "returned", "approved", "sent")),
)

# What pipeline told last of the opportunities that quotes are made for.
KNOWN_OPPORTUNITIES = Table(
    "known_opportunities",
    METADATA,
    Column("opportunity", Uuid, primary_key=True),
    Column("account", Uuid, nullable=False),
    Column("owner", Uuid),
    Column("team", Uuid),
    Column("region", Uuid),
    _text("tier"),
    Column("lost", Boolean),
)
