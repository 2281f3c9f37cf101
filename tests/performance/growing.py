"""How the cost of looking for duplicates grows with the stock, up to a million leads or as far as the time allows."""

import math
import os

from tests.performance.bench import Bench
from tests.performance.figures import Figure, spread
from tests.performance.stock import lay_stock
from tests.performance.writing import check_duplicates

MANY = 1_000_000
LONGEST = 20 * 60
AFTERWARDS = 100  # seconds for what comes after the growth: settling, looking for duplicates, the second start


async def grow(bench: Bench, began: float, *, stock: int, few: float) -> None:
    """duplicate-check-large: fill up and look again; `few` is the p99 at the small stock."""
    limit = int(os.environ.get("MILLRACE_BENCH_LEADS", MANY))
    stock += await lay_stock(bench, limit - stock, until=began + LONGEST - AFTERWARDS)
    await bench.settle()
    many = await check_duplicates(bench)
    beside = spread(many.latencies) | {"leads": float(stock)}
    reached = beside["p99"] if stock >= limit else math.nan  # what fewer leads cost says nothing of a million
    bench.say(Figure("duplicate-check-large", reached, "ms", 3 * few, False, reached / few, many.cpu_ms, beside))
