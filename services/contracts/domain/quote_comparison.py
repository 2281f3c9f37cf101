"""What differs between two versions of a quote, line by line."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from services.contracts.domain.quote import Quote
from services.contracts.domain.quote_lines import QuoteLine
from services.contracts.domain.quote_refusals import QuotesNotComparable


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDifference:
    """A line as it is in both; None where one of them does not have it."""

    product: UUID
    before: QuoteLine | None
    after: QuoteLine | None


def compare(before: Quote, after: Quote) -> tuple[LineDifference, ...]:
    """The lines that are not the same in both; two of one product are matched in their order.

    Raises QuotesNotComparable.
    """
    if before.number != after.number or before.terms.currency != after.terms.currency:
        raise QuotesNotComparable
    return tuple(_differences(before, after))


def _differences(before: Quote, after: Quote) -> Iterator[LineDifference]:
    products = dict.fromkeys(line.product for line in (*before.terms.lines, *after.terms.lines))
    for product in products:
        old, new = _lines(before, product), _lines(after, product)
        for place in range(max(len(old), len(new))):
            was = old[place] if place < len(old) else None
            is_now = new[place] if place < len(new) else None
            if _agreed(was) != _agreed(is_now):
                yield LineDifference(product=product, before=was, after=is_now)


def _lines(quote: Quote, product: UUID) -> list[QuoteLine]:
    return [line for line in quote.terms.lines if line.product == product]


def _agreed(line: QuoteLine | None) -> QuoteLine | None:
    """The line without what no customer is told: what it costs us, and why it is listed at its price."""
    return replace(line, unit_cost=None, price_reasons=()) if line else None
