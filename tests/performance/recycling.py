"""How quickly leads fall back into their pools that are all due at one midnight, with events, notices and ledger."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

from tests.performance.bench import Bench
from tests.performance.figures import Figure

MANY = 100_000
# All that are open get an owner and a clock as one that is there has them, and their time is over.
_LAPSE = """
with one as (
    select owner, team, grade, recycling from leads where owner is not null and recycle_due is not null limit 1
), chosen as (select uuid from leads where state in ('new', 'qualified') order by uuid limit $1)
update leads l set owner = one.owner, team = one.team, grade = one.grade, pool = null,
    recycling = jsonb_set(one.recycling, '{falls,3}', to_jsonb($2::timestamptz)), recycle_due = $2, recycle_next = $2
from one, chosen where l.uuid = chosen.uuid
"""
_LEFT = "select count(*) from leads where recycle_next = $1"


async def measure_recycling(bench: Bench) -> None:
    """recycling: seconds from the first of a hundred thousand leads that falls back to the last."""
    connection = await bench.connect("leads")
    lapsed = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
    told = await connection.execute(_LAPSE, MANY, lapsed, timeout=300)
    leads = int(told.rpartition(" ")[2])
    waited = time.perf_counter()
    while await connection.fetchval(_LEFT, lapsed) == leads:  # noqa: ASYNC110 - it happens in another process
        await asyncio.sleep(0.1)
    began = time.perf_counter()
    while await connection.fetchval(_LEFT, lapsed):  # noqa: ASYNC110 - it happens in another process
        await asyncio.sleep(0.5)
    seconds = time.perf_counter() - began
    await connection.close()
    beside = {"leads": float(leads), "waited": began - waited}
    value = seconds if leads == MANY else float("nan")  # what fewer leads take says nothing of a hundred thousand
    bench.say(Figure("recycling", value, "s", 60, beside=beside))
