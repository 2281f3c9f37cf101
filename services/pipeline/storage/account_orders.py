"""The orders of customers (订单), as contracts tells of its contracts; made from its events alone."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, Table, Text, Uuid, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.prepared import Prepared, Row
from chassis.work import Read
from kernel.money import Money
from services.pipeline.domain.buying_habits import Bought, Order
from services.pipeline.storage.metadata import METADATA

Connection = AsyncConnection
ACCOUNT_ORDERS = Table(
    "account_orders",
    METADATA,
    Column("contract", Uuid, primary_key=True),
    Column("account", Uuid, nullable=False),
    Column("sign_time", DateTime(timezone=True), nullable=False),
    # Whether it was ended early: then it is no order any more.
    Column("ended", Boolean, nullable=False),
    Column("amount_minor", BigInteger),
    Column("amount_currency", Text),
    # Products, quantities as text, and amounts; empty for contracts of before contracts told it.
    Column("items", JSONB, nullable=False),
)
Index("account_orders_account", ACCOUNT_ORDERS.c.account, ACCOUNT_ORDERS.c.sign_time)
Index("account_orders_sign_time", ACCOUNT_ORDERS.c.sign_time)

# What one customer orders in a lifetime is read as a whole, of a shop that orders daily the newest.
_MOST = 1000
_OF_ACCOUNT = Prepared(
    select(ACCOUNT_ORDERS)
    .where(ACCOUNT_ORDERS.c.account == bindparam("account", type_=Uuid), ~ACCOUNT_ORDERS.c.ended)
    .order_by(ACCOUNT_ORDERS.c.sign_time.desc(), ACCOUNT_ORDERS.c.contract)
    .limit(_MOST)
)

_FACTS = Prepared(
    select(
        ACCOUNT_ORDERS.c.account,
        func.count().label("orders"),
        func.max(ACCOUNT_ORDERS.c.sign_time).label("last"),
    )
    .where(ACCOUNT_ORDERS.c.account == any_(bindparam("accounts", type_=ARRAY(Uuid))), ~ACCOUNT_ORDERS.c.ended)
    .group_by(ACCOUNT_ORDERS.c.account)
)


async def keep_orders(connection: Connection, orders: Sequence[Mapping[str, object]]) -> None:
    """Keep what was told last of each contract."""
    kept = insert(ACCOUNT_ORDERS).values(list(orders))
    fresh = {column.name: kept.excluded[column.name] for column in ACCOUNT_ORDERS.c if column.name != "contract"}
    await connection.execute(kept.on_conflict_do_update(index_elements=["contract"], set_=fresh))


def order_to_row(
    *, contract: UUID, account: UUID, sign_time: object, ended: bool, amount: Money | None, items: Collection[Bought]
) -> Mapping[str, object]:
    """The columns of an order."""
    return {
        "contract": contract,
        "account": account,
        "sign_time": sign_time,
        "ended": ended,
        "amount_minor": amount.minor if amount else None,
        "amount_currency": amount.currency if amount else None,
        "items": [
            {
                "product": str(each.product),
                "quantity": str(each.quantity),
                "minor": each.amount.minor,
                "currency": each.amount.currency,
            }
            for each in items
        ],
    }


async def orders_of_account(read: Read, account: UUID, *, zone: tzinfo) -> Sequence[Order]:
    """The orders of an account that stand, the newest first, by days of `zone`; that it is seen has been checked."""
    return [_order(row, zone) for row in await read.rows(_OF_ACCOUNT, account=account)]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """How often a customer ordered, and when last."""

    count: int = 0
    last_day: date | None = None


async def order_facts(read: Read, accounts: Collection[UUID], *, zone: tzinfo) -> Mapping[UUID, OrderFacts]:
    """What is known of the orders of each account, by days of `zone`; accounts without one are left out."""
    if not accounts:
        return {}
    rows = await read.rows(_FACTS, accounts=list(accounts))
    return {
        row["account"]: OrderFacts(count=row["orders"], last_day=row["last"].astimezone(zone).date()) for row in rows
    }


def _order(row: Row, zone: tzinfo) -> Order:
    return Order(
        contract=row["contract"],
        day=row["sign_time"].astimezone(zone).date(),
        amount=Money(minor=row["amount_minor"], currency=row["amount_currency"]) if row["amount_currency"] else None,
        items=tuple(_bought(each) for each in row["items"]),
    )


def _bought(item: Mapping[str, Any]) -> Bought:
    return Bought(
        product=UUID(item["product"]),
        quantity=Decimal(item["quantity"]),
        amount=Money(minor=item["minor"], currency=item["currency"]),
    )
