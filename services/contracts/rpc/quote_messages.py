"""Quotes between messages and the domain."""

from decimal import Decimal
from fractions import Fraction

from millrace.contracts.v1 import quote_events_pb2, quote_pb2, quote_service_pb2

from chassis.rpc.wording import Wording
from chassis.wire import (
    date_message,
    date_of,
    decimal_message,
    decimal_of,
    instant,
    money_message,
    money_of,
    named,
    reference,
    uuid_of,
)
from kernel.errors import FieldMissing
from kernel.money import Money
from services.contracts.application.quote_pricing import LineWish, QuoteWish
from services.contracts.domain.quote import Quote
from services.contracts.domain.quote_comparison import LineDifference
from services.contracts.domain.quote_lines import QuoteLine, discount_of_line, in_zhe, kept_of, shown

_LARGEST_QUANTITY = Decimal(10**9)
_QUANTITY_PLACES = 4
_DISCOUNT_PLACES = 8


def wish_of_message(message: quote_pb2.Quote) -> QuoteWish:
    """What a message says of a quote; raises InvalidField that names the wrong place."""
    says_day = message.HasField("valid_until")
    return QuoteWish(
        price_book=reference(message.price_book, field="quote.price_book"),
        buyer=message.buyer.strip(),
        lines=tuple(_line_wish(each, f"quote.lines[{place}]") for place, each in enumerate(message.lines)),
        total_discount=decimal_of(
            message.total_discount, field="quote.total_discount", most=Decimal(1), places=_DISCOUNT_PLACES
        ),
        coupons=money_of(message.coupons, field="quote.coupons") if message.HasField("coupons") else None,
        valid_until=date_of(message.valid_until, field="quote.valid_until") if says_day else None,
    )


def _line_wish(message: quote_pb2.QuoteLine, place: str) -> LineWish:
    quantity = decimal_of(message.quantity, field=f"{place}.quantity", most=_LARGEST_QUANTITY, places=_QUANTITY_PLACES)
    if not quantity:
        raise FieldMissing(field=f"{place}.quantity")
    return LineWish(
        product=uuid_of(message.product, field=f"{place}.product"),
        quantity=quantity,
        discount=decimal_of(
            message.line_discount, field=f"{place}.line_discount", most=Decimal(1), places=_DISCOUNT_PLACES
        ),
    )


def to_message(quote: Quote, wording: Wording) -> quote_pb2.Quote:
    """The quote on the wire."""
    deal, terms, sums = quote.deal, quote.terms, quote.sums
    currency = terms.currency
    kept = kept_of(terms.lines, currency=currency, discount=terms.discount, coupons=terms.coupons)
    return quote_pb2.Quote(
        name=quote.resource,
        number=quote.number,
        state=quote_events_pb2.QuoteState.Value(f"QUOTE_STATE_{quote.state.name}"),
        opportunity=named("opportunities", deal.opportunity),
        account=named("accounts", deal.account),
        owner=named("members", deal.owner),
        team=named("teams", deal.team),
        region=named("regions", deal.region),
        tier=deal.tier,
        revision=quote.revision,
        previous=named("quotes", quote.previous),
        buyer=terms.buyer,
        price_book=named("priceBooks", terms.price_book),
        currency=currency,
        lines=[line_message(line, currency, kept, wording) for line in terms.lines],
        total_discount=decimal_message(terms.discount),
        coupons=money_message(Money(minor=terms.coupons, currency=currency)) if terms.coupons else None,
        list_total=money_message(sums.listed),
        net_total=money_message(sums.net),
        tax_total=money_message(sums.tax),
        gross_total=money_message(sums.gross),
        discount=decimal_message(shown(sums.discount)),
        discount_display=in_zhe(sums.discount),
        valid_until=date_message(terms.valid_until),
        approval=named("contractApprovals", quote.approval),
        reasons=wording.reasons(quote.reasons),
        rules_version=quote.rules_version,
        comment=quote.comment,
        content_hash=quote.content_hash(),
        submit_time=instant(quote.submit_time),
        send_time=instant(quote.send_time),
        create_time=instant(quote.create_time),
        update_time=instant(quote.update_time),
        etag=str(quote.version),
    )


def line_message(line: QuoteLine, currency: str, kept: Fraction, wording: Wording) -> quote_pb2.QuoteLine:
    """A line on the wire."""
    discount = discount_of_line(line, kept=kept)
    return quote_pb2.QuoteLine(
        product=named("products", line.product),
        quantity=decimal_message(line.quantity),
        line_discount=decimal_message(line.discount),
        display_name=line.display_name,
        unit=line.unit,
        product_line=line.product_line,
        list_price=decimal_message(line.list_price),
        price_reasons=wording.reasons(line.price_reasons),
        tax_rate=decimal_message(line.tax_rate),
        list_total=money_message(Money(minor=line.list_minor, currency=currency)),
        net_total=money_message(Money(minor=line.net_minor, currency=currency)),
        tax_total=money_message(Money(minor=line.tax_minor, currency=currency)),
        discount=decimal_message(shown(discount)),
        discount_display=in_zhe(discount),
    )


def comparison_message(
    before: Quote | None, after: Quote, differences: tuple[LineDifference, ...], wording: Wording
) -> quote_service_pb2.CompareQuotesResponse:
    """What differs between two versions, on the wire."""

    def line(quote: Quote | None, found: QuoteLine | None) -> quote_pb2.QuoteLine | None:
        if quote is None or found is None:
            return None
        terms = quote.terms
        kept = kept_of(terms.lines, currency=terms.currency, discount=terms.discount, coupons=terms.coupons)
        return line_message(found, terms.currency, kept, wording)

    return quote_service_pb2.CompareQuotesResponse(
        before=before.resource if before else "",
        after=after.resource,
        differences=[
            quote_service_pb2.QuoteLineDifference(
                product=named("products", each.product),
                before=line(before, each.before),
                after=line(after, each.after),
            )
            for each in differences
        ],
        gross_before=money_message(before.sums.gross) if before else None,
        gross_after=money_message(after.sums.gross),
    )
