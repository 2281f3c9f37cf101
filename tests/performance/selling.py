"""How quick the steps of a sale are: moving a stage, submitting a quote, booking money; beside raw commits."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Any

from google.type.decimal_pb2 import Decimal
from google.type.money_pb2 import Money
from millrace.contracts.v1 import (
    price_book_service_pb2,
    price_book_service_pb2_grpc,
    quote_pb2,
    quote_service_pb2,
    quote_service_pb2_grpc,
    receipt_pb2,
    receipt_service_pb2,
    receipt_service_pb2_grpc,
)
from millrace.pipeline.v1 import (
    opportunity_pb2,
    opportunity_service_pb2,
    opportunity_service_pb2_grpc,
)

from chassis.wire import date_message
from tests.performance.bench import Bench
from tests.performance.driving import CLIENTS, drive
from tests.performance.figures import Figure, spread

# Of raw commits.
MARK = 0.15
QUOTES, WRITERS = 2_000, 4
PROVEN = ("quote", "negotiation")


async def measure_selling(bench: Bench, *, raw: float) -> None:
    """rpc-move-stage, rpc-submit-quote, rpc-book-receipt; `raw` are the commits a second of raw inserts."""
    async with bench.channel("pipeline") as pipeline, bench.channel("contracts") as contracts:
        opportunities = await _opportunities(bench, pipeline)
        await _measure(bench, "rpc-move-stage", await _moving(bench, pipeline, opportunities), raw)
        await _measure(bench, "rpc-submit-quote", await _submitting(bench, contracts, opportunities), raw)
        await _measure(bench, "rpc-book-receipt", await _booking(bench, contracts), raw)


async def _measure(bench: Bench, name: str, request: Callable[[int], Awaitable[object]], raw: float) -> None:
    done = await drive(request, bench.costs, seconds=4)
    ratio = done.rate / raw
    bench.say(Figure(name, done.rate, "req/s", MARK * raw, True, ratio, done.cpu_ms, spread(done.latencies)))


async def _opportunities(bench: Bench, channel: Any) -> Sequence[opportunity_pb2.Opportunity]:
    """Open ones whose needs are proven, so that the gate to a quote opens."""
    stub = opportunity_service_pb2_grpc.OpportunityServiceStub(channel)
    wanted = "state = OPPORTUNITY_STATE_OPEN"
    request = opportunity_service_pb2.ListOpportunitiesRequest(page_size=200, filter=wanted)
    open_ones = (await stub.ListOpportunities(request, metadata=await bench.metadata())).opportunities
    found = [each for each in open_ones if each.stage in PROVEN]
    assert len(found) >= CLIENTS, f"the demo company has {len(found)} opportunities past the need"
    return found


async def _moving(bench: Bench, channel: Any, opportunities: Sequence[Any]) -> Callable[[int], Awaitable[object]]:
    """Each client moves one of its own back to the need, and through the gate to the quote again."""
    stub = opportunity_service_pb2_grpc.OpportunityServiceStub(channel)
    metadata, steps = await bench.metadata(), [0] * CLIENTS

    def move(client: int) -> Awaitable[object]:
        steps[client] += 1
        stage = "need" if steps[client] % 2 else "quote"
        request = opportunity_service_pb2.MoveOpportunityRequest(name=opportunities[client].name, stage=stage)
        moved: Awaitable[object] = stub.MoveOpportunity(request, metadata=metadata)
        return moved

    return move


async def _submitting(bench: Bench, channel: Any, opportunities: Sequence[Any]) -> Callable[[int], Awaitable[object]]:
    """Quotes of three lines within the seller's authority, drafted before the clock starts."""
    stub = quote_service_pb2_grpc.QuoteServiceStub(channel)
    metadata, book = await bench.metadata(), await _price_book(bench, channel)
    lines = [
        quote_pb2.QuoteLine(
            product=entry.product, quantity=Decimal(value="3"), line_discount=Decimal(value=f"0.0{place}")
        )
        for place, entry in enumerate(book.entries[:3])
    ]
    drafts: list[str] = []

    async def draft(writer: int) -> None:
        for number in range(writer, QUOTES, WRITERS):
            opportunity = opportunities[number % len(opportunities)].name
            quote = quote_pb2.Quote(opportunity=opportunity, price_book=book.name, lines=lines)
            made = await stub.CreateQuote(quote_service_pb2.CreateQuoteRequest(quote=quote), metadata=metadata)
            drafts.append(made.name)

    await asyncio.gather(*(draft(writer) for writer in range(WRITERS)))
    turns = iter(drafts)

    def submit(_client: int) -> Awaitable[object]:
        request = quote_service_pb2.SubmitQuoteRequest(name=next(turns))
        submitted: Awaitable[object] = stub.SubmitQuote(request, metadata=metadata)
        return submitted

    return submit


async def _price_book(bench: Bench, channel: Any) -> Any:
    stub = price_book_service_pb2_grpc.PriceBookServiceStub(channel)
    found = await stub.ListPriceBooks(price_book_service_pb2.ListPriceBooksRequest(), metadata=await bench.metadata())
    return found.price_books[0]


async def _booking(bench: Bench, channel: Any) -> Callable[[int], Awaitable[object]]:
    """Money nobody has named a contract for, as a bank tells it."""
    stub = receipt_service_pb2_grpc.ReceiptServiceStub(channel)
    metadata, booked = await bench.metadata(), iter(range(1_000_000))

    def book(_client: int) -> Awaitable[object]:
        number = next(booked)
        receipt = receipt_pb2.Receipt(
            external_reference=f"BENCH-{number:07d}",
            receive_date=date_message(date(2026, 1, 5)),
            amount=Money(currency_code="CNY", units=1_000 + number % 1_000, nanos=500_000_000),
            payer_name="杭州云帆科技有限公司",
        )
        request = receipt_service_pb2.BookReceiptRequest(receipt=receipt, request_id=f"bench-{number}")
        answer: Awaitable[object] = stub.BookReceipt(request, metadata=metadata)
        return answer

    return book
