"""What a quote says, priced: every line by the price book in force, as the products are today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from chassis.work import Read
from kernel.errors import DayOutside, FieldMissing
from kernel.money import Money
from services.contracts.application.quote_desk import QuoteDesk
from services.contracts.domain.price_book import PriceBook, PriceBookUnknown
from services.contracts.domain.pricing import list_price
from services.contracts.domain.product import Product, ProductUnknown
from services.contracts.domain.quote import Quote
from services.contracts.domain.quote_lines import QuoteLine
from services.contracts.domain.quote_refusals import CouponsOfOtherCurrency
from services.contracts.domain.quote_terms import QuoteTerms
from services.contracts.storage.price_books import books_from
from services.contracts.storage.products import products_of


@dataclass(frozen=True, slots=True, kw_only=True)
class LineWish:
    """How much of a product, and the discount on it as a fraction."""

    product: UUID
    quantity: Decimal
    discount: Decimal = field(default_factory=Decimal)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteWish:
    """What is said of a quote; what is not said comes from the rules."""

    price_book: UUID | None
    buyer: str = ""
    lines: tuple[LineWish, ...] = ()
    total_discount: Decimal = field(default_factory=Decimal)
    coupons: Money | None = None
    valid_until: date | None = None


def wish_of(quote: Quote) -> QuoteWish:
    """What was said of a quote."""
    terms = quote.terms
    return QuoteWish(
        price_book=terms.price_book,
        buyer=terms.buyer,
        lines=tuple(
            LineWish(product=line.product, quantity=line.quantity, discount=line.discount) for line in terms.lines
        ),
        total_discount=terms.discount,
        coupons=Money(minor=terms.coupons, currency=terms.currency) if terms.coupons else None,
        valid_until=terms.valid_until,
    )


async def priced(read: Read, desk: QuoteDesk, wish: QuoteWish, *, today: date) -> QuoteTerms:
    """The terms of a wish.

    Raises PriceBookUnknown, ProductUnknown, ProductHasNoPrice, FieldMissing for a price book that is not said,
    CouponsOfOtherCurrency, and DayOutside for a last day that is past.
    """
    if wish.price_book is None:
        raise FieldMissing(field="quote.price_book")
    books = await books_from(read, wish.price_book)
    if not books:
        raise PriceBookUnknown(price_book=f"priceBooks/{wish.price_book}")
    currency = books[0].facts.currency
    if wish.coupons is not None and wish.coupons.currency != currency:
        raise CouponsOfOtherCurrency(field="quote.coupons", currency=currency)
    if wish.valid_until is not None and wish.valid_until < today:
        raise DayOutside(field="quote.valid_until", first=today)
    sold = await products_of(read, [line.product for line in wish.lines]) if wish.lines else {}
    return QuoteTerms(
        currency=currency,
        price_book=wish.price_book,
        buyer=wish.buyer,
        lines=tuple(_line(line, place, sold, books, today) for place, line in enumerate(wish.lines)),
        discount=wish.total_discount,
        coupons=wish.coupons.minor if wish.coupons else 0,
        valid_until=wish.valid_until or today + timedelta(days=(await desk.rules(read)).validity_days),
    )


def _line(
    wish: LineWish, place: int, sold: Mapping[UUID, Product], books: Sequence[PriceBook], today: date
) -> QuoteLine:
    product = sold.get(wish.product)
    if product is None or not product.facts.active:
        raise ProductUnknown(product=f"products/{wish.product}", field=f"quote.lines[{place}].product")
    facts, currency = product.facts, books[0].facts.currency
    price = list_price(product=wish.product, quantity=wish.quantity, day=today, books=books)
    cost = facts.unit_cost
    return QuoteLine(
        product=wish.product,
        display_name=facts.display_name,
        unit=facts.unit,
        product_line=facts.product_line,
        quantity=wish.quantity,
        list_price=price.unit_price,
        price_reasons=price.reasons,
        discount=wish.discount,
        tax_rate=facts.tax_rate,
        unit_cost=cost.minor if cost is not None and cost.currency == currency else None,
    )
