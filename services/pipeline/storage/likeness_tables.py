"""The tables of accounts that resemble others: won customers, and buyers of what they may need."""

from sqlalchemy import BigInteger, Column, DateTime, Float, Index, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from services.pipeline.storage.metadata import METADATA

# Whom each account that is no customer yet resembles most; a round writes them anew.
ACCOUNT_LIKENESSES = Table(
    "account_likenesses",
    METADATA,
    Column("account", Uuid, primary_key=True),
    Column("score", Integer, nullable=False),
    Column("like", Uuid, nullable=False),
    Column("alike", Integer, nullable=False),
    Column("parts", JSONB, nullable=False),
    Column("time", DateTime(timezone=True), nullable=False),
)
Index("account_likenesses_score", ACCOUNT_LIKENESSES.c.score, ACCOUNT_LIKENESSES.c.account)
# What each customer may need, with the numbers it follows from; a round writes them anew.
ACCOUNT_OFFERS = Table(
    "account_offers",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("account", Uuid, nullable=False),
    Column("product", Uuid, nullable=False),
    Column("bought", Uuid, nullable=False),
    Column("buyers", Integer, nullable=False),
    Column("both", Integer, nullable=False),
    Column("other_buyers", Integer, nullable=False),
    Column("customers", Integer, nullable=False),
    Column("lift", Float, nullable=False),
    Column("like", Uuid, nullable=False),
    Column("alike", Integer, nullable=False),
    Column("parts", JSONB, nullable=False),
    Column("time", DateTime(timezone=True), nullable=False),
)
Index("account_offers_account", ACCOUNT_OFFERS.c.account, ACCOUNT_OFFERS.c.product, unique=True)
Index("account_offers_lift", ACCOUNT_OFFERS.c.lift, ACCOUNT_OFFERS.c.uuid)
# The affinities of products that tell something, as the present walk found them, in one row.
PRODUCT_AFFINITIES = Table(
    "product_affinities",
    METADATA,
    Column("goal", Text, primary_key=True),
    Column("customers", BigInteger, nullable=False),
    Column("affinities", JSONB, nullable=False),
    Column("make_time", DateTime(timezone=True), nullable=False),
)
