"""`make bench`: every figure beside its limit, in one run on the embedded stack; at most 20 minutes."""

import sys
import tempfile
import time
from pathlib import Path

import uvloop

from deploy.local.demo import demo_year, load_demo
from deploy.local.home import Home
from deploy.local.programs import Program, free_address
from deploy.local.stack import Stack
from tests.performance.bench import Bench
from tests.performance.events import measure_lag
from tests.performance.figures import Figure, spread
from tests.performance.figuring import measure_figuring
from tests.performance.growing import grow
from tests.performance.machine import measure_machine
from tests.performance.reading import measure_customer_view, measure_reading
from tests.performance.recycling import measure_recycling
from tests.performance.selling import measure_selling
from tests.performance.writing import check_duplicates, measure_writing
from tests.support.product import Product

# No limits for callers; and no weekly scan for duplicates, which would go over what was imported meanwhile.
UNLIMITED = {
    "MILLRACE_GATEWAY_RATE_PER_ADDRESS": "0",
    "MILLRACE_GATEWAY_RATE_PER_SESSION": "0",
    "MILLRACE_LEADS_DUPLICATE_SCAN_DAYS": "0",
}
DEMO = 800
FIRST, STOCK = 10_000, 100_000


def main() -> int:
    """Run everything; 1 when a figure misses its limit."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="millrace-bench-", ignore_cleanup_errors=True) as folder:
        port = int(free_address().rsplit(":", 1)[1])
        home = Home.open(Path(folder))
        stack = Stack(home, port, UNLIMITED | demo_year(home), say=lambda text: print(f"# {text}", flush=True))
        try:
            stack.start()
            assert stack.postgres is not None
            bench = Bench(stack)
            bench.say(measure_machine(stack.postgres))
            load_demo(stack, leads=DEMO)
            uvloop.run(_measure(bench, began))
            _measure_second_start(bench)
        finally:
            stack.stop()
    missed = [figure.name for figure in bench.figures if not figure.holds]
    print(f"# {len(bench.figures) - len(missed)} of {len(bench.figures)} hold; missed: {' '.join(missed) or 'none'}")
    return 1 if missed else 0


async def _measure(bench: Bench, began: float) -> None:
    await bench.settle()
    await measure_customer_view(bench)
    await bench.import_leads(FIRST)
    await bench.settle()
    few = await check_duplicates(bench)
    imported = await bench.import_leads(STOCK)
    rate = STOCK / imported["seconds"]
    bench.say(Figure("import-leads", rate, "rows/s", 3000, at_least=True))
    await bench.settle()
    await measure_reading(bench)
    raw = await measure_writing(bench)
    check = await check_duplicates(bench)
    beside = spread(check.latencies)
    bench.say(Figure("duplicate-check", beside["p99"], "ms", cpu_ms=check.cpu_ms, beside=beside))
    bench.say(Figure("duplicate-check-cpu", check.cpu_ms, "ms", 1.2, cpu_ms=check.cpu_ms))
    replica = _start_replica(bench)
    await measure_lag(bench)
    replica.stop()
    await measure_selling(bench, raw=raw)
    await measure_figuring(bench)
    await measure_recycling(bench)
    await bench.settle()
    await grow(bench, began, stock=FIRST + STOCK, few=spread(few.latencies)["p99"], raw=raw)
    _say_memory(bench)


def _measure_second_start(bench: Bench) -> None:
    """Stop everything and start it again on what it holds, by the command that people use."""
    bench.stack.stop()
    product = Product(bench.stack.home.folder)
    began = time.perf_counter()
    product.start()
    bench.say(Figure("second-start", time.perf_counter() - began, "s", 10))
    product.stop()


def _start_replica(bench: Bench) -> Program:
    """Start `leads` once more: the time it takes is the cold start, and it stays as the second replica."""
    first = bench.stack.program("leads")
    told = {**first.environment, "MILLRACE_LEADS_LISTEN": "127.0.0.1:0"}
    replica = Program("leads-2", first.module, first.arguments, told, first.home)
    began = time.perf_counter()
    replica.start()
    replica.wait()
    bench.say(Figure("cold-start-leads", time.perf_counter() - began, "s", 2.5))
    return replica


def _say_memory(bench: Bench) -> None:
    for name, size in bench.costs.memory().items():
        bench.say(Figure(f"memory-{name}", size, "MiB", 350 if name == "python" else None))


if __name__ == "__main__":
    sys.exit(main())
