"""What the demo company sells, and at which prices."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from google.type.decimal_pb2 import Decimal as DecimalMessage
from millrace.contracts.v1 import price_book_pb2, price_book_service_pb2, product_pb2, product_service_pb2

from deploy.local.demo.business.actors import Actors
from deploy.local.demo.vocabulary import VOCABULARY

# Discounts as sellers ask for them; over 15 percent the regional manager is asked.
DISCOUNTS = ("0", "0", "0.05", "0.08", "0.10", "0.12", "0.15", "0.15", "0.18", "0.22")

# How often it is: whoever runs a shop floor reads its machines, too.
TOGETHER = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The products and the price book, by resource name; and which product is mostly bought with another one."""

    products: tuple[str, ...]
    price_book: str
    companions: Mapping[str, str]

    def choose(self, chance: Random) -> list[tuple[str, int, Decimal]]:
        """What a customer is offered: one to four products, how many of each, and with which discount."""
        chosen = chance.sample(self.products, chance.choice([1, 1, 2, 3]))
        companion = next((self.companions[each] for each in chosen if each in self.companions), None)
        if companion is not None and companion not in chosen and chance.random() < TOGETHER:
            chosen.append(companion)
        discount = Decimal(chance.choice(DISCOUNTS))
        return [(product, chance.choice([1, 1, 2, 5, 10]), discount) for product in chosen]


def load_catalogue(actors: Actors) -> Catalogue:
    """Enter the products and their prices, once."""
    made = []
    for number, each in enumerate(VOCABULARY["products"]):
        product = product_pb2.Product(
            code=each["code"],
            display_name=each["name"],
            unit=each["unit"],
            product_line=each["line"],
            tax_rate=DecimalMessage(value=each["tax"]),
            active=True,
        )
        request = product_service_pb2.CreateProductRequest(product=product, request_id=f"demo-product-{number}")
        made.append(actors.ask("administrator", "contracts.ProductService.CreateProduct", request).name)
    book = price_book_pb2.PriceBook(
        display_name="标准价目表",
        currency="CNY",
        active=True,
        entries=[
            price_book_pb2.PriceBookEntry(product=name, unit_price=DecimalMessage(value=each["price"]))
            for name, each in zip(made, VOCABULARY["products"], strict=True)
        ],
    )
    wanted = price_book_service_pb2.CreatePriceBookRequest(price_book=book, request_id="demo-price-book")
    price_book = actors.ask("administrator", "contracts.PriceBookService.CreatePriceBook", wanted)
    by_code = {each["code"]: name for name, each in zip(made, VOCABULARY["products"], strict=True)}
    companions = {by_code[each["code"]]: by_code[each["with"]] for each in VOCABULARY["products"] if "with" in each}
    return Catalogue(products=tuple(made), price_book=price_book.name, companions=companions)
