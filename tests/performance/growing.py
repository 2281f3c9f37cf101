"""What leads cost at a million of them, or at as many as the time allows: looking for duplicates, listing, creating."""

import math
import os

from tests.performance.bench import Bench
from tests.performance.driving import Drive, drive
from tests.performance.figures import Figure, spread
from tests.performance.reading import LIST
from tests.performance.stock import lay_stock
from tests.performance.writing import check_duplicates, create_leads

MANY = 1_000_000
LONGEST = 20 * 60
AFTERWARDS = 120  # seconds for what comes after the growth: settling, the figures of the large stock, the second start
SOON = 30.0  # ms within which people who type see an answer
TYPING = 2  # people at once: what is asked while somebody types waits for nobody


async def grow(bench: Bench, began: float, *, stock: int, few: float, raw: float) -> None:
    """Fill up, then duplicate-check-large, look-up-large, list-leads-large and create-lead-large.

    `few` is the p99 of looking for duplicates at the small stock, `raw` the raw inserts a second.
    """
    limit = int(os.environ.get("MILLRACE_BENCH_LEADS", MANY))
    stock += await lay_stock(bench, limit - stock, until=began + LONGEST - AFTERWARDS)
    await bench.settle()
    whole = stock >= limit
    many = await check_duplicates(bench)
    for name, asked, peer, times in (
        ("duplicate-check-large", many, few, 3.0),
        ("look-up-large", many, SOON, 1.0),
        ("list-leads-large", await _list_leads(bench), SOON, 1.0),
    ):
        beside = spread(asked.latencies) | {"leads": float(stock)}
        # What fewer leads cost says nothing of a million.
        p99 = beside["p99"] if whole else math.nan
        bench.say(Figure(name, p99, "ms", times * peer, False, p99 / peer, asked.cpu_ms, beside))
    made = await create_leads(bench)
    beside = spread(made.latencies) | {"leads": float(stock)}
    rate = made.rate if whole else math.nan
    bench.say(Figure("create-lead-large", rate, "req/s", 0.2 * raw, True, rate / raw, made.cpu_ms, beside))


async def _list_leads(bench: Bench) -> Drive:
    """Fifty of all that stand, filtered, sorted and counted, over HTTP."""
    connections = await bench.connections()
    asked = await drive(lambda client: connections[client].ask("GET", LIST), bench.costs, clients=TYPING)
    for connection in connections:
        connection.close()
    return asked
