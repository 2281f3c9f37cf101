"""Products in their table."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from chassis.listing import Listing, Order, Page, PageRequest, read_page, text, truth
from chassis.work import Read, Record
from kernel.money import Money
from services.contracts.domain.product import Product, ProductFacts, ProductNotFound
from services.contracts.storage.quote_tables import PRODUCTS


def to_row(product: Product) -> Mapping[str, object]:
    """The columns of a product."""
    facts = product.facts
    return {
        "uuid": product.uuid,
        "code": facts.code,
        "display_name": facts.display_name,
        "unit": facts.unit,
        "product_line": facts.product_line,
        "tax_rate": facts.tax_rate,
        "cost_minor": facts.unit_cost.minor if facts.unit_cost else None,
        "cost_currency": facts.unit_cost.currency if facts.unit_cost else "",
        "active": facts.active,
        "create_time": product.create_time,
        "update_time": product.update_time,
    }


PRODUCT_RECORD: Record[Product] = Record(kind="product", collection="products", table=PRODUCTS, row=to_row)


def from_row(row: Mapping[str, Any] | RowMapping) -> Product:
    """The product in a row."""
    known = row["cost_minor"] is not None
    return Product(
        uuid=row["uuid"],
        version=row["version"],
        facts=ProductFacts(
            code=row["code"],
            display_name=row["display_name"],
            unit=row["unit"],
            product_line=row["product_line"],
            tax_rate=row["tax_rate"],
            unit_cost=Money(minor=row["cost_minor"], currency=row["cost_currency"]) if known else None,
            active=row["active"],
        ),
        create_time=row["create_time"],
        update_time=row["update_time"],
    )


async def get_product(read: Read, uuid: UUID) -> Product:
    """The product; raises ProductNotFound."""
    row = (await read.connection.execute(select(PRODUCTS).where(PRODUCTS.c.uuid == uuid))).mappings().one_or_none()
    if row is None:
        raise ProductNotFound(product=f"products/{uuid}")
    return from_row(row)


async def products_of(read: Read, uuids: Collection[UUID]) -> Mapping[UUID, Product]:
    """The products of some ids, by id; those that are not known are left out."""
    wanted = any_(literal(sorted(set(uuids)), ARRAY(Uuid)))
    rows = (await read.connection.execute(select(PRODUCTS).where(PRODUCTS.c.uuid == wanted))).mappings()
    return {row["uuid"]: from_row(row) for row in rows}


async def product_of_code(read: Read, code: str) -> UUID | None:
    """Which product has the code."""
    found: UUID | None = await read.connection.scalar(select(PRODUCTS.c.uuid).where(PRODUCTS.c.code == code))
    return found


async def list_products(read: Read, wanted: PageRequest) -> Page[Product]:
    """A page of the products."""
    page = await read_page(read.connection, select(PRODUCTS), _LISTING, wanted)
    return page.of([from_row(row) for row in page.items])


_LISTING = Listing(
    fields={
        "code": text(PRODUCTS.c.code),
        "display_name": text(PRODUCTS.c.display_name),
        "product_line": text(PRODUCTS.c.product_line),
        "active": truth(PRODUCTS.c.active),
    },
    orders={
        "display_name": Order(PRODUCTS.c.display_name),
        "code": Order(PRODUCTS.c.code),
        "create_time": Order(PRODUCTS.c.create_time, datetime.fromisoformat),
    },
    order_by="display_name",
    tie=PRODUCTS.c.uuid,
)
