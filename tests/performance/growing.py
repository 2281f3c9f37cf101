"""How the cost of looking for duplicates grows with the stock, up to a million leads or as far as the time allows."""

import os
import time

from tests.performance.bench import Bench
from tests.performance.figures import Figure, spread
from tests.performance.writing import check_duplicates

MANY, CHUNK, LEAST = 1_000_000, 100_000, 10_000
LONGEST = 20 * 60
AFTERWARDS = 90  # seconds for what comes after the growth: settling, looking for duplicates, the second start
SLOWER = 0.8  # a chunk's rate beside that of the one before it, at worst: the stock grows


async def grow(bench: Bench, began: float, *, stock: int, rate: float, few: float) -> None:
    """duplicate-check-large: fill up at `rate` rows a second, and look again; `few` is the p99 at the small stock."""
    limit = int(os.environ.get("MILLRACE_BENCH_LEADS", MANY))
    while count := next_chunk(limit - stock, LONGEST - AFTERWARDS - (time.monotonic() - began), rate):
        imported = await bench.import_leads(count)
        stock, rate = stock + count, count / imported["seconds"]
    await bench.settle()
    many = await check_duplicates(bench)
    beside = spread(many.latencies) | {"leads": float(stock)}
    bench.say(
        Figure("duplicate-check-large", beside["p99"], "ms", 3 * few, False, beside["p99"] / few, many.cpu_ms, beside)
    )


def next_chunk(missing: int, seconds: float, rate: float) -> int:
    """How many leads to import next, so that it ends within the time; none when so few would show nothing."""
    count = min(missing, CHUNK, int(seconds * rate * SLOWER))
    return count if count >= min(missing, LEAST) else 0
