"""Quotes as contracts see them (`Offers` of the contract desk)."""

from decimal import Decimal
from uuid import UUID

from chassis.work import Read, UnitOfWork
from kernel.money import Money
from services.contracts.domain.offer import Offer, OfferLine, OfferUnknown
from services.contracts.domain.quote import Quote, QuoteState
from services.contracts.domain.quote_lines import QuoteLine, discount_of_line, kept_of, shown
from services.contracts.domain.quote_refusals import QuoteNotFound
from services.contracts.domain.sold_item import SoldItem
from services.contracts.storage import quotes
from services.contracts.storage.quotes import QUOTE_RECORD


class QuoteOffers:
    """Contracts are drafted from quotes, and tell when one became a signed contract."""

    async def get(self, read: Read, uuid: UUID, *, permission: str) -> Offer:
        """A quote the caller may see; raises OfferUnknown."""
        try:
            return offer_of(await quotes.get_quote(read, uuid, permission=permission))
        except QuoteNotFound as error:
            raise OfferUnknown(quote=error.quote) from error

    async def by_itself(self, read: Read, uuid: UUID) -> Offer:
        """A quote whoever asks; raises OfferUnknown."""
        try:
            return offer_of(await quotes.quote_by_itself(read, uuid))
        except QuoteNotFound as error:
            raise OfferUnknown(quote=error.quote) from error

    async def approved_for(self, read: Read, opportunity: UUID) -> Offer | None:
        """The newest approved quote of an opportunity, whoever asks."""
        found = [quote for quote in await quotes.approved_quotes(read, opportunity) if quote.approved]
        return offer_of(found[0]) if found else None

    async def approved_version(self, read: Read, uuid: UUID) -> Offer | None:
        """The version of a quote that is approved and nobody signed yet, whoever asks."""
        for quote in await quotes.versions_of(read, (await quotes.quote_by_itself(read, uuid)).number):
            if quote.approved and quote.state is not QuoteState.ACCEPTED:
                return offer_of(quote)
        return None

    async def accept(self, work: UnitOfWork, uuid: UUID) -> None:
        """The quote became a signed contract. Raises QuoteNotApproved and QuoteCannotMove."""
        quote = await quotes.quote_by_itself(work, uuid)
        work.save(QUOTE_RECORD, quote.accept(now=work.now))

    async def give_back(self, work: UnitOfWork, uuid: UUID) -> None:
        """The signed contract was ended. Raises QuoteCannotMove."""
        quote = await quotes.quote_by_itself(work, uuid)
        work.save(QUOTE_RECORD, quote.give_back(now=work.now))


def offer_of(quote: Quote) -> Offer:
    """The quote as a contract needs it."""
    terms, sums = quote.terms, quote.sums
    kept = kept_of(terms.lines, currency=terms.currency, discount=terms.discount, coupons=terms.coupons)
    return Offer(
        quote=quote.uuid,
        number=quote.number,
        revision=quote.revision,
        create_time=quote.create_time,
        opportunity=quote.deal.opportunity,
        account=quote.deal.account,
        buyer=terms.buyer,
        owner=quote.deal.owner,
        team=quote.deal.team,
        region=quote.deal.region,
        net_total=sums.net,
        tax_total=sums.tax,
        gross_total=sums.gross,
        valid_until=terms.valid_until,
        approved=quote.approved,
        accepted=quote.state is QuoteState.ACCEPTED,
        content_hash=quote.content_hash(),
        lines=tuple(_line(line, terms.currency, shown(discount_of_line(line, kept=kept))) for line in terms.lines),
        sold=tuple(_sold(line, terms.currency) for line in terms.lines),
    )


def _sold(line: QuoteLine, currency: str) -> SoldItem:
    amount = Money(minor=line.net_minor + line.tax_minor, currency=currency)
    return SoldItem(product=line.product, quantity=line.quantity, amount=amount)


def _line(line: QuoteLine, currency: str, discount: Decimal) -> OfferLine:
    return OfferLine(
        product=line.display_name,
        unit=line.unit,
        quantity=line.quantity,
        unit_price=line.list_price,
        discount=discount,
        net=Money(minor=line.net_minor, currency=currency),
    )
