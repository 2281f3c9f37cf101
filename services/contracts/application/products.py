"""Products (产品): what is sold."""

from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.work import Read, UnitOfWork
from kernel.errors import StaleVersion
from services.contracts.domain.product import Product, ProductCodeTaken, ProductFacts, list_product
from services.contracts.storage import products
from services.contracts.storage.products import PRODUCT_RECORD


async def create_product(work: UnitOfWork, *, facts: ProductFacts) -> Product:
    """A product is sold from now on, under a code nothing else has. Raises ProductCodeTaken."""
    await _must_be_free(work, facts.code, but=None)
    return work.save(PRODUCT_RECORD, list_product(uuid=work.new_id(), facts=facts, now=work.now))


async def get_product(read: Read, *, uuid: UUID) -> Product:
    """A product shows what is said of it. Raises ProductNotFound."""
    return await products.get_product(read, uuid)


async def list_products(read: Read, *, wanted: PageRequest) -> Page[Product]:
    """Products are listed by name."""
    return await products.list_products(read, wanted)


async def update_product(work: UnitOfWork, *, uuid: UUID, seen: int, facts: ProductFacts) -> Product:
    """Something else is said of a product; quotes keep what was.

    Raises ProductNotFound, StaleVersion, ProductCodeTaken.
    """
    product = await products.get_product(work, uuid)
    if product.version != seen:
        raise StaleVersion(resource=product.resource)
    await _must_be_free(work, facts.code, but=uuid)
    change = product.updated(facts=facts, now=work.now)
    return work.save(PRODUCT_RECORD, change) if change.events else product


async def _must_be_free(read: Read, code: str, *, but: UUID | None) -> None:
    if await products.product_of_code(read, code) not in (None, but):
        raise ProductCodeTaken(code=code)
