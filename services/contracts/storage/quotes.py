"""Quotes in their table."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, bindparam, select

from chassis.listing import Listing, Order, Page, PageRequest, choice, number, reference, text
from chassis.listing.busy import BusyList
from chassis.prepared import Prepared, PreparedFor, Row
from chassis.principal import Principal
from chassis.scope import scope
from chassis.work import Read, Record
from kernel.money import Money
from services.contracts.domain.contract import ContractState
from services.contracts.domain.quote import Quote, QuoteState
from services.contracts.domain.quote_lines import QuoteLine, Sums, discount_in_total
from services.contracts.domain.quote_refusals import QuoteNotFound
from services.contracts.domain.quote_terms import Deal, QuoteTerms
from services.contracts.storage.contract_tables import CONTRACTS
from services.contracts.storage.quote_tables import QUOTE_NUMBERS, QUOTES
from trade.reasons import Reason

READING = "contracts.read"
_NUMBERS = ("quantity", "list_price", "discount", "tax_rate")


def to_row(quote: Quote) -> Mapping[str, object]:
    """The columns of a quote."""
    deal, terms, sums = quote.deal, quote.terms, quote.sums
    return {
        "uuid": quote.uuid,
        "number": quote.number,
        "state": quote.state.value,
        "revision": quote.revision,
        "previous": quote.previous,
        "opportunity": deal.opportunity,
        "account": deal.account,
        "owner": deal.owner,
        "team": deal.team,
        "region": deal.region,
        "tier": deal.tier,
        "buyer": terms.buyer,
        "price_book": terms.price_book,
        "currency": terms.currency,
        "lines": [_line_to_row(line) for line in terms.lines],
        "total_discount": terms.discount,
        "coupons_minor": terms.coupons,
        "list_minor": sums.listed.minor,
        "net_minor": sums.net.minor,
        "tax_minor": sums.tax.minor,
        "gross_minor": sums.gross.minor,
        "valid_until": terms.valid_until,
        "approval": quote.approval,
        "approved_hash": quote.approved_hash,
        "reasons": [reason.to_mapping() for reason in quote.reasons],
        "rules_version": quote.rules_version,
        "comment": quote.comment,
        "submit_time": quote.submit_time,
        "send_time": quote.send_time,
        "creator": quote.creator,
        "authors": sorted(quote.authors),
        "create_time": quote.create_time,
        "update_time": quote.update_time,
    }


QUOTE_RECORD: Record[Quote] = Record(kind="quote", collection="quotes", table=QUOTES, row=to_row)


def _line_to_row(line: QuoteLine) -> Mapping[str, object]:
    return {
        "product": line.product,
        "display_name": line.display_name,
        "unit": line.unit,
        "product_line": line.product_line,
        "price_reasons": [reason.to_mapping() for reason in line.price_reasons],
        "unit_cost": line.unit_cost,
        "list_minor": line.list_minor,
        "net_minor": line.net_minor,
        "tax_minor": line.tax_minor,
        **{name: getattr(line, name) for name in _NUMBERS},
    }


def _line_from_row(row: Mapping[str, Any]) -> QuoteLine:
    exact = {name: Decimal(row[name]) for name in _NUMBERS}
    reasons = tuple(Reason(**each) for each in row["price_reasons"])
    return QuoteLine(**{**row, **exact, "product": UUID(row["product"]), "price_reasons": reasons})


def from_row(row: Mapping[str, Any] | RowMapping) -> Quote:
    """The quote in a row."""
    terms = _terms_from_row(row)
    return Quote(
        uuid=row["uuid"],
        version=row["version"],
        number=row["number"],
        state=QuoteState(row["state"]),
        revision=row["revision"],
        previous=row["previous"],
        deal=Deal(**{name: row[name] for name in ("opportunity", "account", "owner", "team", "region", "tier")}),
        terms=terms,
        sums=_sums_from_row(row, terms),
        approval=row["approval"],
        approved_hash=row["approved_hash"],
        reasons=tuple(Reason(**each) for each in row["reasons"]),
        rules_version=row["rules_version"] or 0,
        comment=row["comment"],
        submit_time=row["submit_time"],
        send_time=row["send_time"],
        creator=row["creator"],
        # A row of a release before tells its creator alone.
        authors=frozenset(row["authors"] or ()) | {row["creator"]},
        create_time=row["create_time"],
        update_time=row["update_time"],
    )


def _terms_from_row(row: Mapping[str, Any] | RowMapping) -> QuoteTerms:
    return QuoteTerms(
        currency=row["currency"],
        price_book=row["price_book"],
        buyer=row["buyer"],
        lines=tuple(_line_from_row(each) for each in row["lines"]),
        discount=row["total_discount"],
        coupons=row["coupons_minor"],
        valid_until=row["valid_until"],
    )


def _sums_from_row(row: Mapping[str, Any] | RowMapping, terms: QuoteTerms) -> Sums:
    """The discount is folded anew from what stands in the row: it is no decimal with an end."""
    currency = terms.currency
    return Sums(
        listed=Money(minor=row["list_minor"], currency=currency),
        net=Money(minor=row["net_minor"], currency=currency),
        tax=Money(minor=row["tax_minor"], currency=currency),
        gross=Money(minor=row["gross_minor"], currency=currency),
        discount=discount_in_total(terms.lines, currency=currency, discount=terms.discount, coupons=terms.coupons),
    )


async def get_quote(read: Read, uuid: UUID, *, permission: str = READING) -> Quote:
    """The quote, if the permission reaches it for the caller; raises QuoteNotFound."""
    return _only(await read.rows(_SEEN(read.principal, permission), wanted=uuid), uuid)


async def quote_by_itself(read: Read, uuid: UUID) -> Quote:
    """The quote whoever asks: for what follows from a fact, not from a caller; raises QuoteNotFound."""
    return _only(await read.rows(_ITSELF, wanted=uuid), uuid)


async def approved_quotes(read: Read, opportunity: UUID) -> Sequence[Quote]:
    """The quotes of an opportunity that may be signed, whoever asks, the newest first."""
    states = (QuoteState.APPROVED.value, QuoteState.SENT.value)
    statement = (
        select(QUOTES)
        .where(QUOTES.c.opportunity == opportunity, QUOTES.c.state.in_(states))
        .order_by(QUOTES.c.create_time.desc(), QUOTES.c.uuid.desc())
    )
    return [from_row(row) for row in (await read.connection.execute(statement)).mappings()]


async def versions_of(read: Read, number: str) -> Sequence[Quote]:
    """Every version of a quote, whoever asks, the newest first."""
    statement = select(QUOTES).where(QUOTES.c.number == number).order_by(QUOTES.c.revision.desc())
    return [from_row(row) for row in (await read.connection.execute(statement)).mappings()]


async def quotes_of_account(read: Read, account: UUID) -> Sequence[Quote]:
    """Every quote for a customer, whoever asks."""
    statement = select(QUOTES).where(QUOTES.c.account == account).order_by(QUOTES.c.uuid)
    return [from_row(row) for row in (await read.connection.execute(statement)).mappings()]


async def quotes_of_opportunity(read: Read, opportunity: UUID) -> Sequence[Quote]:
    """Every quote of an opportunity, whoever asks."""
    statement = select(QUOTES).where(QUOTES.c.opportunity == opportunity)
    return [from_row(row) for row in (await read.connection.execute(statement)).mappings()]


async def list_quotes(read: Read, wanted: PageRequest) -> Page[Quote]:
    """A page of the quotes the caller may see."""
    page = await _BUSY.page(read, wanted, permission=READING)
    return page.of([from_row(row) for row in page.items])


async def outlived_quotes(read: Read, *, today: date, most: int) -> Sequence[Quote]:
    """Quotes whose last day is past and of which no contract went out, whoever asks, at most `most`.

    A draft holds no quote: it would be signed years later at the prices of today.
    """
    unsent = (ContractState.DRAFT, ContractState.LEGAL_REVIEW, ContractState.APPROVED, ContractState.TERMINATED)
    live = select(CONTRACTS.c.uuid).where(
        CONTRACTS.c.quote == QUOTES.c.uuid, CONTRACTS.c.state.not_in([state.value for state in unsent])
    )
    statement = (
        select(QUOTES)
        .where(
            QUOTES.c.state.in_(("draft", "returned", "approved", "sent")),
            QUOTES.c.valid_until < today,
            ~live.exists(),
        )
        .order_by(QUOTES.c.valid_until)
        .limit(most)
    )
    return [from_row(row) for row in (await read.connection.execute(statement)).mappings()]


async def next_number(read: Read) -> int:
    """The next number nobody has; one whose quote was never stored is left out."""
    return (await read.connection.execute(QUOTE_NUMBERS.next_value().select())).scalar_one()


def _only(rows: Sequence[Row], uuid: UUID) -> Quote:
    if not rows:
        raise QuoteNotFound(quote=f"quotes/{uuid}")
    return from_row(rows[0])


def _seen(principal: Principal, permission: str) -> Select[Any]:
    statement = select(QUOTES).where(QUOTES.c.uuid == bindparam("wanted"))
    return scope(statement, QUOTES, principal=principal, permission=permission)


_ITSELF = Prepared(select(QUOTES).where(QUOTES.c.uuid == bindparam("wanted")))
_SEEN = PreparedFor(_seen)


_LISTING = Listing(
    fields={
        "number": text(QUOTES.c.number),
        "state": choice(QUOTES.c.state, {f"QUOTE_STATE_{state.name}": state.value for state in QuoteState}),
        "revision": number(QUOTES.c.revision),
        "opportunity": reference(QUOTES.c.opportunity, "opportunities"),
        "account": reference(QUOTES.c.account, "accounts"),
        "owner": reference(QUOTES.c.owner, "members"),
        "team": reference(QUOTES.c.team, "teams"),
        "region": reference(QUOTES.c.region, "regions"),
    },
    orders={
        "create_time": Order(QUOTES.c.create_time, datetime.fromisoformat),
        "number": Order(QUOTES.c.number),
    },
    order_by="create_time desc",
    tie=QUOTES.c.uuid,
)


def _visible(principal: Principal, permission: str) -> Select[Any]:
    return scope(select(QUOTES), QUOTES, principal=principal, permission=permission)


_BUSY = BusyList(_visible, _LISTING)
