"""What is published of products, price books and quotes."""

from collections.abc import Mapping
from typing import Any

from google.protobuf.message import Message
from millrace.contracts.v1 import price_book_events_pb2 as price_book_events
from millrace.contracts.v1 import product_events_pb2 as product_events
from millrace.contracts.v1 import quote_events_pb2 as events

from chassis.publication import Publication, Publications
from chassis.wire import date_message, decimal_message, instant, money_message, named
from services.contracts.domain import price_book as price_book_domain
from services.contracts.domain import product as product_domain
from services.contracts.domain import quote_happenings as domain
from services.contracts.domain.price_book import PriceBook
from services.contracts.domain.product import Product
from services.contracts.domain.quote import Quote, QuoteState
from services.contracts.domain.quote_lines import shown

STATE_NUMBERS: Mapping[QuoteState, Any] = {
    state: events.QuoteState.Value(f"QUOTE_STATE_{state.name}") for state in QuoteState
}


def snapshot(quote: Quote) -> events.QuoteSnapshot:
    """The public state of a quote."""
    deal, sums = quote.deal, quote.sums
    return events.QuoteSnapshot(
        name=quote.resource,
        state=STATE_NUMBERS[quote.state],
        opportunity=named("opportunities", deal.opportunity),
        account=named("accounts", deal.account),
        owner=named("members", deal.owner),
        team=named("teams", deal.team),
        region=named("regions", deal.region),
        revision=quote.revision,
        list_total=money_message(sums.listed),
        net_total=money_message(sums.net),
        tax_total=money_message(sums.tax),
        gross_total=money_message(sums.gross),
        discount=decimal_message(shown(sums.discount)),
        valid_until=date_message(quote.terms.valid_until),
        create_time=instant(quote.create_time),
        rules_version=quote.rules_version,
        products=sorted({f"products/{line.product}" for line in quote.terms.lines}),
    )


_MESSAGES: Mapping[type[Any], tuple[str, Any]] = {
    domain.QuoteCreated: ("created", events.QuoteCreated),
    domain.QuoteUpdated: ("updated", events.QuoteUpdated),
    domain.QuoteSubmitted: ("submitted", events.QuoteSubmitted),
    domain.QuoteApproved: ("approved", events.QuoteApproved),
    domain.QuoteReturned: ("returned", events.QuoteReturned),
    domain.QuoteSent: ("sent", events.QuoteSent),
    domain.QuoteAccepted: ("accepted", events.QuoteAccepted),
    domain.QuoteExpired: ("expired", events.QuoteExpired),
    domain.QuotePersonErased: ("person_erased", events.QuotePersonErased),
    domain.QuoteSuperseded: ("superseded", events.QuoteSuperseded),
    domain.QuoteWithdrawn: ("withdrawn", events.QuoteWithdrawn),
}


def _publication(participle: str, message: Any) -> Publication:
    def of(_: object, told: events.QuoteSnapshot) -> Message:
        made: Message = message(quote=told)
        return made

    return Publication(f"quote.{participle}", of, state=snapshot)


QUOTES: Publications = {event: _publication(participle, message) for event, (participle, message) in _MESSAGES.items()}


def _product(product: Product) -> product_events.ProductSnapshot:
    facts = product.facts
    return product_events.ProductSnapshot(
        name=product.resource,
        code=facts.code,
        display_name=facts.display_name,
        product_line=facts.product_line,
        active=facts.active,
    )


PRODUCTS: Publications = {
    product_domain.ProductCreated: Publication(
        "product.created", lambda _, after: product_events.ProductCreated(product=_product(after))
    ),
    product_domain.ProductUpdated: Publication(
        "product.updated", lambda _, after: product_events.ProductUpdated(product=_product(after))
    ),
}


def _price_book(book: PriceBook) -> price_book_events.PriceBookSnapshot:
    facts = book.facts
    return price_book_events.PriceBookSnapshot(
        name=book.resource,
        display_name=facts.display_name,
        currency=facts.currency,
        parent=named("priceBooks", facts.parent),
        active=facts.active,
        entry_count=len(facts.entries),
    )


PRICE_BOOKS: Publications = {
    price_book_domain.PriceBookCreated: Publication(
        "price_book.created", lambda _, after: price_book_events.PriceBookCreated(price_book=_price_book(after))
    ),
    price_book_domain.PriceBookUpdated: Publication(
        "price_book.updated", lambda _, after: price_book_events.PriceBookUpdated(price_book=_price_book(after))
    ),
}
