"""Products, price books, quotes, and the opportunities they are made for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

_INSTANT = sa.DateTime(timezone=True)
_JSON = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("quote_numbers")))
    _products()
    _price_books()
    _quotes()
    _quote_indexes()
    op.create_table(
        "known_opportunities",
        sa.Column("opportunity", sa.Uuid(), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.Uuid(), nullable=True),
        sa.Column("team", sa.Uuid(), nullable=True),
        sa.Column("region", sa.Uuid(), nullable=True),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("opportunity"),
    )


def _products() -> None:
    op.create_table(
        "products",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("product_line", sa.Text(), nullable=False),
        sa.Column("tax_rate", sa.Numeric(), nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=True),
        sa.Column("cost_currency", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("create_time", _INSTANT, nullable=False),
        sa.Column("update_time", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("products_code_at_once", "products", ["code"], unique=True)
    op.create_index("products_display_name", "products", ["display_name", "uuid"])
    op.create_index("products_product_line", "products", ["product_line", "display_name"])
    op.create_index("products_create_time", "products", ["create_time", "uuid"])


def _price_books() -> None:
    op.create_table(
        "price_books",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("parent", sa.Uuid(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("entries", _JSON, nullable=False),
        sa.Column("create_time", _INSTANT, nullable=False),
        sa.Column("update_time", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("price_books_display_name", "price_books", ["display_name", "uuid"])
    op.create_index("price_books_create_time", "price_books", ["create_time", "uuid"])


def _quotes() -> None:
    op.create_table(
        "quotes",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("previous", sa.Uuid(), nullable=True),
        sa.Column("opportunity", sa.Uuid(), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.Uuid(), nullable=True),
        sa.Column("team", sa.Uuid(), nullable=True),
        sa.Column("region", sa.Uuid(), nullable=True),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("buyer", sa.Text(), nullable=False),
        sa.Column("price_book", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("lines", _JSON, nullable=False),
        sa.Column("total_discount", sa.Numeric(), nullable=False),
        *(sa.Column(f"{name}_minor", sa.BigInteger(), nullable=False) for name in _AMOUNTS),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("approval", sa.Uuid(), nullable=True),
        sa.Column("approved_hash", sa.LargeBinary(), nullable=False),
        sa.Column("reasons", _JSON, nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("submit_time", _INSTANT, nullable=True),
        sa.Column("send_time", _INSTANT, nullable=True),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("create_time", _INSTANT, nullable=False),
        sa.Column("update_time", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )


_AMOUNTS = ("coupons", "list", "net", "tax", "gross")


def _quote_indexes() -> None:
    op.create_index("quotes_revision_at_once", "quotes", ["number", "revision"], unique=True)
    op.create_index("quotes_account", "quotes", ["account", "submit_time"])
    op.create_index("quotes_create_time", "quotes", ["create_time", "uuid"])
    for name in ("opportunity", "owner", "team", "region", "state"):
        op.create_index(f"quotes_{name}", "quotes", [name, "create_time"])
    op.create_index(
        "quotes_open",
        "quotes",
        ["valid_until"],
        postgresql_where=sa.text("state IN ('draft', 'returned', 'approved', 'sent')"),
    )
