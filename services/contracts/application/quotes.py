"""Quotes (报价单): writing, sending and revising them, and what becomes of them by the calendar."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.work import Read, UnitOfWork
from kernel.errors import StaleVersion
from services.contracts.application.open_opportunities import require_open
from services.contracts.application.quote_approval import drop_approval, hand_over_approval
from services.contracts.application.quote_desk import QuoteDesk
from services.contracts.application.quote_following import quote_moved
from services.contracts.application.quote_pricing import QuoteWish, priced, wish_of
from services.contracts.domain.quote import Quote, QuoteState, begin_quote
from services.contracts.domain.quote_comparison import LineDifference, compare
from services.contracts.domain.quote_refusals import QuoteOpportunityUnknown
from services.contracts.domain.quote_terms import Deal
from services.contracts.storage import quotes
from services.contracts.storage.known_opportunities import find_opportunity, keep_opportunity
from services.contracts.storage.quotes import QUOTE_RECORD, READING

WRITING = "contracts.write"
MOST_AT_ONCE = 200


async def create_quote(work: UnitOfWork, desk: QuoteDesk, *, opportunity: UUID, wish: QuoteWish) -> Quote:
    """A quote is made for an opportunity the caller works on, at the list prices of a book.

    Raises QuoteOpportunityUnknown, QuoteOpportunityClosed, CouponsTooLarge, and as priced.
    """
    deal = await deal_for(work, opportunity)
    await require_open(work, opportunity)
    today = desk.day(work.now)
    terms = await priced(work, desk, wish, today=today)
    rules = await desk.rules(work)
    number = rules.number(year=today.year, running=await quotes.next_number(work))
    change = begin_quote(
        uuid=work.new_id(), number=number, deal=deal, terms=terms, by=work.principal.subject, now=work.now
    )
    return work.save(QUOTE_RECORD, change)


async def deal_for(read: Read, opportunity: UUID) -> Deal:
    """What is known of an opportunity the caller works on. Raises QuoteOpportunityUnknown."""
    deal = await find_opportunity(read, opportunity, permission=WRITING)
    if deal is None:
        raise QuoteOpportunityUnknown(opportunity=f"opportunities/{opportunity}")
    return deal


async def get_quote(read: Read, *, uuid: UUID) -> Quote:
    """A quote shows itself to whom it concerns. Raises QuoteNotFound."""
    return await quotes.get_quote(read, uuid, permission=READING)


async def list_quotes(read: Read, *, wanted: PageRequest) -> Page[Quote]:
    """Quotes are listed, the newest first."""
    return await quotes.list_quotes(read, wanted)


async def update_quote(
    work: UnitOfWork, desk: QuoteDesk, *, uuid: UUID, seen: int, edit: Callable[[QuoteWish], QuoteWish]
) -> Quote:
    """Something else is offered, at today's prices: whatever was asked or approved of it holds no longer.

    Nor does what was asked, approved or sent of a contract that nobody signed.

    Raises QuoteNotFound, StaleVersion, QuoteCannotMove, CouponsTooLarge, and as priced.
    """
    quote = await found(work, uuid=uuid, seen=seen)
    terms = await priced(work, desk, edit(wish_of(quote)), today=desk.day(work.now))
    change = quote.rewritten(terms=terms, by=work.principal.subject, now=work.now)
    if not change.events:
        return quote
    await drop_approval(work, quote)
    await quote_moved(work, quote=uuid)
    return work.save(QUOTE_RECORD, change)


async def send_quote(work: UnitOfWork, desk: QuoteDesk, *, uuid: UUID, seen: int | None) -> Quote:
    """An approved quote that still holds is given to the customer.

    Raises QuoteNotFound, StaleVersion, QuoteOpportunityClosed, QuoteCannotMove, QuoteNotApproved, QuoteOutOfDate.
    """
    quote = await found(work, uuid=uuid, seen=seen)
    await require_open(work, quote.deal.opportunity)
    return work.save(QUOTE_RECORD, quote.send(today=desk.day(work.now), now=work.now))


async def revise_quote(work: UnitOfWork, desk: QuoteDesk, *, uuid: UUID, seen: int | None) -> Quote:
    """The next version of a quote begins as the last one was, holds anew, and takes its place.

    One that had expired is priced anew: an offer of last year is not judged by last year's list. Raises QuoteNotFound,
    StaleVersion, QuoteOpportunityClosed, QuoteCannotMove, and as priced.
    """
    quote = await found(work, uuid=uuid, seen=seen)
    await require_open(work, quote.deal.opportunity)
    change = quote.supersede(now=work.now)
    await drop_approval(work, quote)
    await quote_moved(work, quote=uuid)
    work.save(QUOTE_RECORD, change)
    today = desk.day(work.now)
    days = timedelta(days=(await desk.rules(work)).validity_days)
    terms = replace(quote.terms, valid_until=today + days)
    if quote.state is QuoteState.EXPIRED:
        terms = await priced(work, desk, replace(wish_of(quote), valid_until=today + days), today=today)
    following = begin_quote(
        uuid=work.new_id(),
        number=quote.number,
        deal=quote.deal,
        terms=terms,
        by=work.principal.subject,
        now=work.now,
        after=quote,
    )
    return work.save(QUOTE_RECORD, following)


async def withdraw_quote(work: UnitOfWork, *, uuid: UUID, seen: int | None) -> Quote:
    """A quote is taken back for good, and with it what was asked, approved or sent of a contract nobody signed.

    Raises QuoteNotFound, StaleVersion, QuoteCannotMove.
    """
    quote = await found(work, uuid=uuid, seen=seen)
    change = quote.withdraw(now=work.now)
    await drop_approval(work, quote)
    await quote_moved(work, quote=uuid)
    return work.save(QUOTE_RECORD, change)


async def compare_quotes(
    read: Read, *, uuid: UUID, other: UUID | None
) -> tuple[Quote | None, Quote, tuple[LineDifference, ...]]:
    """Two versions of a quote show what differs; without another, the one before.

    Raises QuoteNotFound, QuotesNotComparable.
    """
    after = await get_quote(read, uuid=uuid)
    earlier = other or after.previous
    if earlier is None:
        return None, after, ()
    before = await get_quote(read, uuid=earlier)
    return before, after, compare(before, after)


async def expire_quotes(work: UnitOfWork, desk: QuoteDesk) -> int:
    """Quotes whose last day is past, and of which no contract came, hold no longer; how many."""
    past = await quotes.outlived_quotes(work, today=desk.day(work.now), most=MOST_AT_ONCE)
    for quote in past:
        await quote_moved(work, quote=quote.uuid)
        work.save(QUOTE_RECORD, quote.expire(now=work.now))
    return len(past)


async def know_opportunity(work: UnitOfWork, *, deal: Deal, lost: bool = False) -> None:
    """Quotes are made for an opportunity by whoever works on it, as pipeline told last; for a lost one by nobody."""
    await keep_opportunity(work, deal=deal, lost=lost)


async def hand_over_quotes(work: UnitOfWork, *, deal: Deal) -> None:
    """The quotes of an opportunity follow it to another owner."""
    for quote in await quotes.quotes_of_opportunity(work, deal.opportunity):
        change = quote.handed_over(deal=deal, now=work.now)
        if change.events:
            await hand_over_approval(work, work.save(QUOTE_RECORD, change))


async def found(work: UnitOfWork, *, uuid: UUID, seen: int | None) -> Quote:
    """A quote the caller may write. Raises QuoteNotFound and StaleVersion."""
    quote = await quotes.get_quote(work, uuid, permission=WRITING)
    if seen is not None and quote.version != seen:
        raise StaleVersion(resource=quote.resource)
    return quote
