"""What is sold (产品): its unit, its tax, the line it belongs to, and what it costs where that is known."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from kernel.errors import InvalidField, Kind, Refusal
from kernel.events import Change
from kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductFacts:
    """What is said of a product; `tax_rate` is a fraction, `unit_cost` what one unit costs the company."""

    code: str
    display_name: str
    unit: str
    product_line: str = ""
    tax_rate: Decimal = field(default_factory=Decimal)
    unit_cost: Money | None = None
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product with its version."""

    uuid: UUID
    version: int = 0
    facts: ProductFacts
    create_time: datetime
    update_time: datetime

    @property
    def resource(self) -> str:
        """The resource name."""
        return f"products/{self.uuid}"

    def updated(self, *, facts: ProductFacts, now: datetime) -> Change["Product"]:
        """Say something else of it; nothing else is no event. Quotes keep what was said when they were written."""
        if facts == self.facts:
            return Change(self, ())
        return Change(replace(self, facts=facts, update_time=now), (ProductUpdated(),))


def list_product(*, uuid: UUID, facts: ProductFacts, now: datetime) -> Change[Product]:
    """Begin to sell a product."""
    return Change(Product(uuid=uuid, facts=facts, create_time=now, update_time=now), (ProductCreated(),))


@dataclass(frozen=True, slots=True)
class ProductCreated:
    """A product is sold from now on."""


@dataclass(frozen=True, slots=True)
class ProductUpdated:
    """Something else is said of a product."""


@dataclass(eq=False, kw_only=True)
class ProductNotFound(Refusal):
    """There is no such product."""

    kind = Kind.NOT_FOUND
    reason = "PRODUCT_NOT_FOUND"

    product: str


@dataclass(eq=False, kw_only=True)
class ProductUnknown(InvalidField):
    """A reference names no product that is sold."""

    reason = "PRODUCT_UNKNOWN"

    product: str
    field: str = "quote.lines"


@dataclass(eq=False, kw_only=True)
class ProductCodeTaken(Refusal):
    """Another product has the code."""

    kind = Kind.ALREADY_EXISTS
    reason = "PRODUCT_CODE_TAKEN"

    code: str
