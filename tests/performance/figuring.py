"""How quick figures follow events, are made anew, and are asked for, at ten thousand opportunities and at a million."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from google.type.date_pb2 import Date
from millrace.analytics.v1 import figure_pb2, figure_service_pb2, figure_service_pb2_grpc

from deploy.local.programs import run_once
from services.analytics.events.subscriptions import subscriptions
from tests.performance.bench import Bench
from tests.performance.driving import Drive, drive
from tests.performance.figures import Figure, spread
from tests.support.selling import STAGES, Market, Place

FEW, MANY, PATTERNS = 10_000, 1_000_000, 600
STEPS = 3
LONGEST = 240  # seconds of rebuilding
BEGIN = datetime(2025, 12, 1, 4, tzinfo=UTC)
# What the pattern's own name is replaced by in each of its copies: both are texts of 36 characters.
_COPY = (
    "insert into outbox (event_id, aggregate_type, aggregate_id, version, event_type, subject, payload, trace, "
    "occurred, published_at, attempts, stopped) "
    "select gen_random_uuid(), p.kind, c.uuid, p.version, p.type, p.subject, "
    "decode(replace(encode(p.payload, 'hex'), encode(convert_to(p.uuid::text, 'UTF8'), 'hex'), "
    "encode(convert_to(c.uuid::text, 'UTF8'), 'hex')), 'hex'), '', p.occurred, $3, 0, false "
    "from (select g, gen_random_uuid() as uuid from generate_series(1, $1::int) g) c "
    "join pattern p on p.number = c.g % $2::int order by p.version, c.g"
)
_TOLD = "select (select count(*) from outbox where {0}) + (select count(*) from event_log where {0})"


async def measure_figuring(bench: Bench) -> None:
    """projection-throughput, funnel-query at ten thousand, rebuild-throughput, funnel-query at a million.

    The million is reached by a second rebuild, as far as its time allows at the speed of the first.
    """
    await _write_patterns(bench)
    await _measure_projection(bench)
    few = spread((await _ask_funnels(bench)).latencies)
    bench.say(Figure("funnel-query-small", few["p99"], "ms", beside=few))
    events, seconds = await _rebuild(bench)
    rate, beside = events / seconds, {"events": float(events), "seconds": seconds}
    bench.say(Figure("rebuild-throughput", rate, "events/s", 15_000, at_least=True, beside=beside))
    more = max(0, min(MANY - FEW, int(rate * LONGEST) - events))
    await _copy_patterns(bench, more, steps=1, published=True)
    await _rebuild(bench)
    asked = await _ask_funnels(bench)
    beside, limit = spread(asked.latencies), min(50.0, 1.5 * few["p99"])
    ratio = beside["p99"] / few["p99"]
    beside["opportunities"] = float(FEW + more)
    figure = Figure("funnel-query", beside["p99"], "ms", limit, False, ratio, asked.cpu_ms, beside)
    bench.say(figure)


async def _write_patterns(bench: Bench) -> None:
    """Opportunities of a company of sixty in four regions over a year, as pipeline would tell of them."""
    chance, market, rows = Random(7), Market(), []
    people = [(UUID(int=1000 + n), UUID(int=2000 + n // 5), UUID(int=3000 + n // 15)) for n in range(60)]
    channels = [UUID(int=4000 + n) for n in range(8)]
    for number in range(PATTERNS):
        owner, team, region = chance.choice(people)
        industry = chance.choice(("制造业", "软件", "零售", "物流"))
        place = Place(owner=owner, team=team, region=region, channel=chance.choice(channels), industry=industry)
        day, amount = BEGIN + timedelta(days=chance.randrange(330)), chance.randrange(1, 90) * 10_000
        for step in range(STEPS):
            at = day + timedelta(days=9 * step)
            told = market.opportunity(number, at, place, stage=STAGES[step], amount=amount)
            kind, _, uuid = told.aggregate.partition("/")
            rows.append((number, kind, UUID(uuid), told.version, told.type, told.subject, told.payload, told.time))
    connection = await bench.connect("pipeline")
    await connection.execute(
        "create unlogged table pattern (number int, kind text, uuid uuid, version bigint, type text, subject text, "
        "payload bytea, occurred timestamptz)"
    )
    await connection.copy_records_to_table("pattern", records=rows)
    await connection.close()


async def _copy_patterns(bench: Bench, count: int, *, steps: int, published: bool) -> None:
    """So many opportunities more in the outbox of pipeline, as told already or as still to be told."""
    connection = await bench.connect("pipeline")
    told = datetime.now(UTC) if published else None
    text = _COPY.replace("pattern p on", f"pattern p on p.version <= {steps} and")
    await connection.execute(text, count, PATTERNS, told, timeout=600)
    await connection.execute("analyze outbox")
    await connection.close()


async def _measure_projection(bench: Bench) -> None:
    """Analytics away while ten thousand opportunities live through three stages; then it catches up."""
    analytics = bench.stack.program("analytics")
    analytics.stop()
    await _copy_patterns(bench, FEW, steps=STEPS, published=False)
    connection = await bench.connect("pipeline")
    while await connection.fetchval("select exists (select from outbox where published_at is null)"):  # noqa: ASYNC110 - it happens in another process
        await asyncio.sleep(0.2)
    await connection.close()
    analytics.start()
    analytics.wait()
    spent = bench.costs.cpu()
    first = last = (time.perf_counter(), 0.0)
    while last[1] < FEW * STEPS:
        await asyncio.sleep(0.1)
        last = (
            time.perf_counter(),
            await asyncio.to_thread(bench.metric, "analytics", "millrace_consumer_applied_total"),
        )
        first = first if first[1] else last
    rate = (last[1] - first[1]) / (last[0] - first[0])
    cpu_ms = (bench.costs.cpu() - spent) * 1000 / last[1]
    bench.say(Figure("projection-throughput", rate, "events/s", 5000, at_least=True, cpu_ms=cpu_ms))
    await bench.settle()


async def _rebuild(bench: Bench) -> tuple[int, float]:
    """Every figure anew from the histories of the three services that sell, beside what runs: events, seconds."""
    events = await _history(bench)
    environment = bench.stack.program("analytics").environment
    began = time.perf_counter()
    await asyncio.to_thread(
        run_once, "rebuild", ["services.analytics", "rebuild"], environment=environment, home=bench.stack.home
    )
    return events, time.perf_counter() - began


async def _history(bench: Bench) -> int:
    """How many events there are of what analytics listens to."""
    total = 0
    for each in subscriptions(UTC):
        connection = await bench.connect(each.stream)
        prefixes = " or ".join(f"subject like '{subject.removesuffix('>')}%'" for subject in each.subjects)
        total += await connection.fetchval(_TOLD.format(f"({prefixes})"))
        await connection.close()
    return total


async def _ask_funnels(bench: Bench) -> Drive:
    """The funnel of a year, as a cohort and as a window, by nothing, region, team and person in turn."""
    metadata = await bench.metadata()
    requests = _questions()
    async with bench.channel("analytics") as channel:
        stub = figure_service_pb2_grpc.FigureServiceStub(channel)
        turn = [0, 0]

        async def ask(client: int) -> None:
            turn[client] += 1
            answer = await stub.QueryFunnel(requests[turn[client] % len(requests)], metadata=metadata)
            assert answer.total.steps, "the funnel is empty"

        return await drive(ask, bench.costs, clients=2)


def _questions() -> Sequence[figure_service_pb2.QueryFunnelRequest]:
    period = figure_pb2.Period(start_date=Date(year=2025, month=12, day=1), end_date=Date(year=2026, month=11, day=30))
    cuts: Sequence[Sequence[figure_pb2.Dimension.ValueType]] = (
        [],
        [figure_pb2.DIMENSION_REGION],
        [figure_pb2.DIMENSION_TEAM],
        [figure_pb2.DIMENSION_MEMBER],
    )
    return [
        figure_service_pb2.QueryFunnelRequest(selection=figure_pb2.Selection(period=period, group_by=cut), mode=mode)
        for cut in cuts
        for mode in (figure_service_pb2.FUNNEL_MODE_COHORT, figure_service_pb2.FUNNEL_MODE_WINDOW)
    ]
