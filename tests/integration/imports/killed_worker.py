"""A worker in a process of its own, to be killed: `python -m tests.integration.imports.killed_worker DATABASE_URL`."""

import asyncio
import sys

from kernel.time import SystemClock
from tests.integration.imports.companies import Installation


async def work_for_ever(url: str) -> None:
    """What the killed process runs."""
    await Installation(url, SystemClock()).worker().run()


if __name__ == "__main__":
    asyncio.run(work_for_ever(sys.argv[1]))
