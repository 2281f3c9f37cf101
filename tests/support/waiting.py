"""Waiting for what happens a little later, without sleeping for a guess."""

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import Any


async def eventually(attempt: Callable[[], Any], *, within: float = 10, every: float = 0.02) -> Any:
    """Call `attempt`, or await it, until it raises no AssertionError; after `within` seconds its failure stands.

    An answer that is False counts as a failure, so a bare condition can be waited for as well.
    """
    limit = time.monotonic() + within
    while True:
        try:
            answer = attempt()
            result = await answer if inspect.isawaitable(answer) else answer
            assert result is not False, "the condition never came true"
        except AssertionError:
            if time.monotonic() > limit:
                raise
        else:
            return result
        await asyncio.sleep(every)
