"""C-01: what a product is listed at, and why."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from services.contracts.domain.price_book import PriceBook, PriceBookFacts, PriceBookInvalid, PriceEntry, open_book
from services.contracts.domain.pricing import ListPrice, ProductHasNoPrice, list_price
from tests.support.clock import NOON

PRO, LITE = UUID(int=21), UUID(int=22)
TODAY = date(2026, 3, 2)


def entry(price: str, *, product: UUID = PRO, least: str = "0") -> PriceEntry:
    return PriceEntry(product=product, min_quantity=Decimal(least), unit_price=Decimal(price))


def book(*entries: PriceEntry, name: str = "标准价目表", number: int = 31, **facts: Any) -> PriceBook:
    told = PriceBookFacts(display_name=name, currency="CNY", entries=entries, **facts)
    return PriceBook(uuid=UUID(int=number), facts=told, create_time=NOON, update_time=NOON)


def priced(*books: PriceBook, quantity: str = "1", product: UUID = PRO) -> ListPrice:
    return list_price(product=product, quantity=Decimal(quantity), day=TODAY, books=books)


@pytest.mark.parametrize(("quantity", "price"), [("1", "100"), ("9.99", "100"), ("10", "90"), ("100", "80")])
def test_the_largest_break_reached_counts(quantity: str, price: str) -> None:
    breaks = book(entry("100"), entry("80", least="100"), entry("90", least="10"))
    assert priced(breaks, quantity=quantity).unit_price == Decimal(price)


def test_what_a_book_does_not_list_comes_from_its_parent() -> None:
    found = priced(book(entry("1", product=LITE), name="华东价目表"), book(entry("100")))
    assert found.unit_price == 100
    assert [(reason.code, reason.parameters["book"]) for reason in found.reasons] == [
        ("PRICE_NOT_IN_BOOK", "华东价目表"),
        ("PRICE_FROM_BOOK", "标准价目表"),
    ]


def test_a_book_holds_from_its_first_to_its_last_day() -> None:
    this_day = book(entry("50"), valid_from=TODAY, valid_until=TODAY)
    over = book(entry("40"), valid_until=date(2026, 3, 1))
    assert priced(this_day).unit_price == 50
    assert priced(over, book(entry("100"))).unit_price == 100


def test_without_a_price_nothing_is_offered() -> None:
    with pytest.raises(ProductHasNoPrice):
        priced(book(entry("100", least="5")))


@pytest.mark.parametrize(
    ("facts", "parents", "field"),
    [
        ({"parent": UUID(int=32)}, (), "parent"),
        ({"parent": UUID(int=32)}, (book(number=32), book(number=31)), "parent"),
        ({"entries": (entry("1"), entry("2"))}, (), "entries"),
        ({"valid_from": TODAY, "valid_until": date(2026, 3, 1)}, (), "valid_until"),
    ],
)
def test_a_book_by_which_no_price_could_be_told_is_refused(
    facts: dict[str, Any], parents: tuple[PriceBook, ...], field: str
) -> None:
    told = PriceBookFacts(**{"display_name": "价目表", "currency": "CNY", **facts})
    with pytest.raises(PriceBookInvalid) as refusal:
        open_book(uuid=UUID(int=31), facts=told, parents=parents, now=NOON)
    assert refusal.value.field == field
