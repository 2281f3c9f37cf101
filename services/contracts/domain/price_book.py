"""Price books (价目表): what products are listed at, in one currency, for a while, falling back to a parent."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from kernel.errors import InvalidField, Kind, Refusal
from kernel.events import Change

# How many books a price is looked up in, one after the other.
DEEPEST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceEntry:
    """The list price of one unit, in major units of the book's currency, from a quantity on (起订量)."""

    product: UUID
    min_quantity: Decimal
    unit_price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBookFacts:
    """What is said of a book; it holds from its first to its last day, both included."""

    display_name: str
    currency: str
    parent: UUID | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    active: bool = True
    entries: tuple[PriceEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBook:
    """A price book with its version."""

    uuid: UUID
    version: int = 0
    facts: PriceBookFacts
    create_time: datetime
    update_time: datetime

    @property
    def resource(self) -> str:
        """The resource name."""
        return f"priceBooks/{self.uuid}"

    def holds_on(self, day: date) -> bool:
        """Whether its prices hold on a day."""
        facts = self.facts
        begun = facts.valid_from is None or facts.valid_from <= day
        return facts.active and begun and (facts.valid_until is None or day <= facts.valid_until)

    def updated(self, *, facts: PriceBookFacts, parents: Sequence["PriceBook"], now: datetime) -> Change["PriceBook"]:
        """Say something else of it; `parents` are the books above, nearest first. Raises as check_book."""
        check_book(self.uuid, facts, parents)
        if facts == self.facts:
            return Change(self, ())
        return Change(replace(self, facts=facts, update_time=now), (PriceBookUpdated(),))


def open_book(*, uuid: UUID, facts: PriceBookFacts, parents: Sequence[PriceBook], now: datetime) -> Change[PriceBook]:
    """Begin a price book. Raises as check_book."""
    check_book(uuid, facts, parents)
    return Change(PriceBook(uuid=uuid, facts=facts, create_time=now, update_time=now), (PriceBookCreated(),))


def check_book(uuid: UUID, facts: PriceBookFacts, parents: Sequence[PriceBook]) -> None:
    """Raise PriceBookInvalid, naming the field, for a book by which no price could be told apart."""
    if facts.valid_from and facts.valid_until and facts.valid_until < facts.valid_from:
        raise PriceBookInvalid(field="valid_until")
    keys = [(entry.product, entry.min_quantity) for entry in facts.entries]
    if len(keys) != len(set(keys)):
        raise PriceBookInvalid(field="entries")
    if facts.parent is None:
        return
    circular = any(book.uuid == uuid for book in parents)
    if not parents or circular or len(parents) >= DEEPEST or parents[0].facts.currency != facts.currency:
        raise PriceBookInvalid(field="parent")


@dataclass(frozen=True, slots=True)
class PriceBookCreated:
    """A price book was begun."""


@dataclass(frozen=True, slots=True)
class PriceBookUpdated:
    """A price book says something else."""


@dataclass(eq=False, kw_only=True)
class PriceBookInvalid(Refusal):
    """A field of a price book contradicts the others, or the book above."""

    kind = Kind.INVALID_INPUT
    reason = "PRICE_BOOK_INVALID"

    field: str


@dataclass(eq=False, kw_only=True)
class PriceBookNotFound(Refusal):
    """There is no such price book."""

    kind = Kind.NOT_FOUND
    reason = "PRICE_BOOK_NOT_FOUND"

    price_book: str


@dataclass(eq=False, kw_only=True)
class PriceBookUnknown(InvalidField):
    """A reference names no price book."""

    reason = "PRICE_BOOK_UNKNOWN"

    price_book: str
    field: str = "quote.price_book"
