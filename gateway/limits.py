"""How often one address and one session may ask, and how much at once, in the memory of this process."""

import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager

from chassis.metrics import RATE_LIMITED
from chassis.places import Places
from gateway.refusals import RateLimited, TooManyStreams

REMEMBERED = 50_000


class Limit:
    """So many requests a second for each key, twice as many in a burst; 0 for no limit."""

    def __init__(self, name: str, rate: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with full buckets."""
        self._name = name
        self._rate = rate
        self._burst = rate * 2.0
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> None:
        """Take one; raises RateLimited when the key has none left."""
        if not self._rate:
            return
        now = self._clock()
        left, since = self._buckets.pop(key, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._rate)
        self._buckets[key] = (max(left - 1, 0.0), now) if left >= 1 else (left, now)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        if left < 1:
            RATE_LIMITED.labels(self._name).inc()
            raise RateLimited(retry_after_ms=max(1000, int((1 - left) / self._rate * 1000)))


class StreamPlaces:
    """So many streams at once for each key, so that one client cannot take the places of all; 0 for no limit."""

    def __init__(self, name: str, count: int) -> None:
        """Start with every place free."""
        self._name = name
        self._count = count
        self._places = Places(count)

    def one(self, key: str) -> AbstractContextManager[None]:
        """Hold a place for the block; raises TooManyStreams when the key has none left."""
        return self._places.one(key, full=self._full)

    def _full(self) -> TooManyStreams:
        RATE_LIMITED.labels(self._name).inc()
        return TooManyStreams(limit=self._count)
