"""What a product is listed at: the first book that holds on the day and has it, at the largest break reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from kernel.errors import Kind, Refusal
from services.contracts.domain.price_book import PriceBook
from trade.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPrice:
    """The price of one unit, in major units, and why it is that."""

    unit_price: Decimal
    reasons: tuple[Reason, ...]


def list_price(*, product: UUID, quantity: Decimal, day: date, books: Sequence[PriceBook]) -> ListPrice:
    """The list price (牌价) of a product; `books` begins with the one asked, each followed by its parent.

    Raises ProductHasNoPrice.
    """
    reasons: list[Reason] = []
    for book in books:
        if not book.holds_on(day):
            reasons.append(Reason("PRICE_BOOK_NOT_IN_FORCE", {"book": book.facts.display_name}))
            continue
        reached = [entry for entry in book.facts.entries if entry.product == product and entry.min_quantity <= quantity]
        if not reached:
            reasons.append(Reason("PRICE_NOT_IN_BOOK", {"book": book.facts.display_name}))
            continue
        entry = max(reached, key=lambda each: each.min_quantity)
        reasons.append(Reason("PRICE_FROM_BOOK", {"book": book.facts.display_name}))
        if entry.min_quantity > 0:
            reasons.append(Reason("PRICE_BREAK_REACHED", {"quantity": f"{entry.min_quantity:f}"}))
        return ListPrice(unit_price=entry.unit_price, reasons=tuple(reasons))
    raise ProductHasNoPrice(product=f"products/{product}")


@dataclass(eq=False, kw_only=True)
class ProductHasNoPrice(Refusal):
    """No book in force lists the product for such a quantity."""

    kind = Kind.RULE_VIOLATION
    reason = "PRODUCT_HAS_NO_PRICE"

    product: str
