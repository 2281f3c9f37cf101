import asyncio
import random
import subprocess
import sys
from collections import Counter

import pytest

from chassis.imports.lifecycle import ImportState
from kernel.time import SystemClock
from tests.integration.imports import killed_worker
from tests.integration.imports.companies import Installation


@pytest.fixture
def clock() -> SystemClock:
    """The machine's: another process works beside ours."""
    return SystemClock()


async def test_killing_the_worker_again_and_again_loses_and_doubles_no_row(here: Installation) -> None:
    names = [f"公司{number}" for number in range(20_000)]
    record = await here.start(await here.upload(("公司名称\n" + "\n".join(names)).encode()))
    chance = random.Random(7)
    url = here.engine.url.render_as_string(hide_password=False)
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-m", killed_worker.__name__, url])  # noqa: ASYNC220 - it is killed below
        await asyncio.wait_for(here.wait_for_names(more_than=await here.count()), 30)
        await asyncio.sleep(chance.uniform(0, 0.3))
        process.kill()
        process.wait()
        await here.let_hold_run_out()
    await here.worker().drain()
    done = await here.get(record)
    assert (done.state, done.progress.done) == (ImportState.FINISHED, len(names))
    assert Counter(await here.names()) == Counter(names)
    assert len(await here.rows(record)) == len(names)
