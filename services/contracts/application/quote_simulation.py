"""Trying a quote out (报价试算): what it would come to, and who would have to agree, without keeping anything."""

from uuid import UUID

from chassis.work import Read
from services.contracts.application.quote_approval import verdict_on
from services.contracts.application.quote_desk import QuoteDesk
from services.contracts.application.quote_pricing import QuoteWish, priced
from services.contracts.application.quotes import deal_for, get_quote
from services.contracts.domain.discount_authority import Verdict
from services.contracts.domain.quote import Quote, begin_quote

_NOBODY = UUID(int=0)


async def simulate_quote(
    read: Read, desk: QuoteDesk, *, opportunity: UUID, known: UUID | None, wish: QuoteWish
) -> tuple[Quote, Verdict]:
    """A quote is tried out as if it were submitted now; `known` is the one it would change.

    Raises QuoteOpportunityUnknown, QuoteNotFound, CouponsTooLarge, and as priced.
    """
    before = await get_quote(read, uuid=known) if known else None
    deal = before.deal if before else await deal_for(read, opportunity)
    terms = await priced(read, desk, wish, today=desk.day(read.now))
    quote = begin_quote(
        uuid=before.uuid if before else _NOBODY,
        number=before.number if before else "",
        deal=deal,
        terms=terms,
        by=read.principal.subject,
        now=read.now,
    ).aggregate
    return quote, await verdict_on(read, desk, quote)
