"""So many at once for each key: nobody waits for a place, and nobody takes the places of all."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kernel.errors import Refusal


class Places:
    """Places that are held while something lasts, in the memory of this process."""

    def __init__(self, most: int) -> None:
        """`most` is how many each key has; 0 for no limit."""
        self._most = most
        self._taken: Counter[str] = Counter()

    @contextmanager
    def one(self, key: str, *, full: Callable[[], Refusal]) -> Iterator[None]:
        """Hold a place for the block; raises what `full` makes when the key has none left."""
        if self._most and self._taken[key] >= self._most:
            raise full()
        self._taken[key] += 1
        try:
            yield
        finally:
            self._taken[key] -= 1
            if not self._taken[key]:
                del self._taken[key]
