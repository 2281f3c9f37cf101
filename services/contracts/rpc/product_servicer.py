"""ProductService on the wire."""

from dataclasses import replace
from decimal import Decimal

from millrace.contracts.v1 import product_pb2
from millrace.contracts.v1 import product_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.wire import (
    changed_fields,
    decimal_message,
    decimal_of,
    instant,
    money_message,
    money_of,
    required_version,
    uuid_of,
)
from chassis.work import Store, UnitOfWork
from services.contracts.application.products import create_product, get_product, list_products, update_product
from services.contracts.domain.product import Product, ProductFacts

_RATE_PLACES = 6


class ProductServicer:
    """Products (产品)."""

    def __init__(self, store: Store, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._page_key = page_key

    async def CreateProduct(self, request: contract.CreateProductRequest, call: Call) -> product_pb2.Product:
        """Begin one."""
        facts = replace(facts_of(request.product), active=True)
        answer: product_pb2.Product = await self._store.write(
            call, request, lambda work: create_product(work, facts=facts), answer=to_message
        )
        return answer

    async def GetProduct(self, request: contract.GetProductRequest, call: Call) -> product_pb2.Product:
        """Read one."""
        uuid = uuid_of(request.name)
        return to_message(await self._store.read(call, lambda read: get_product(read, uuid=uuid)))

    async def ListProducts(self, request: contract.ListProductsRequest, call: Call) -> contract.ListProductsResponse:
        """Read a page."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_products(read, wanted=wanted))
        return contract.ListProductsResponse(
            products=[to_message(each) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def UpdateProduct(self, request: contract.UpdateProductRequest, call: Call) -> product_pb2.Product:
        """Change the masked fields of one."""
        uuid = uuid_of(request.product.name, field="product.name")
        seen = required_version(request.product.etag, field="product.etag")
        paths = changed_fields(request.update_mask, product_pb2.Product)
        wanted = facts_of(request.product)

        async def use_case(work: UnitOfWork) -> Product:
            known = (await get_product(work, uuid=uuid)).facts
            facts = replace(known, **{path: getattr(wanted, path) for path in paths})
            return await update_product(work, uuid=uuid, seen=seen, facts=facts)

        answer: product_pb2.Product = await self._store.write(call, request, use_case, answer=to_message)
        return answer


def facts_of(message: product_pb2.Product) -> ProductFacts:
    """What a message says of a product."""
    rate = decimal_of(message.tax_rate, field="product.tax_rate", most=Decimal(1), places=_RATE_PLACES)
    known = message.HasField("unit_cost")
    return ProductFacts(
        code=message.code.strip(),
        display_name=message.display_name.strip(),
        unit=message.unit.strip(),
        product_line=message.product_line.strip(),
        tax_rate=rate,
        unit_cost=money_of(message.unit_cost, field="product.unit_cost") if known else None,
        active=message.active,
    )


def to_message(product: Product) -> product_pb2.Product:
    """The product on the wire."""
    facts = product.facts
    return product_pb2.Product(
        name=product.resource,
        code=facts.code,
        display_name=facts.display_name,
        unit=facts.unit,
        product_line=facts.product_line,
        tax_rate=decimal_message(facts.tax_rate),
        unit_cost=money_message(facts.unit_cost),
        active=facts.active,
        create_time=instant(product.create_time),
        update_time=instant(product.update_time),
        etag=str(product.version),
    )
