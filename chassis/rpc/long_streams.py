"""Long streams: how many there may be at once, how long one may fall silent, and that who lost his rights is let go."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from chassis.places import Places
from chassis.principal import Principal
from kernel.errors import Kind, Overloaded, Refusal

T = TypeVar("T")
MOST = 64
MOST_EACH = 16
SILENCE_SECONDS = 30.0
_SERVICES = "services/"


@dataclass(eq=False, kw_only=True)
class TooManyStreams(Refusal):
    """The caller has as many streams open as one may have."""

    kind = Kind.TOO_MANY
    reason = "CALLER_STREAMS_FULL"

    most: int


class StreamPlaces:
    """Places of their own for long streams, so that they cannot take every place of the server.

    Services have others than people and programs: a gap is repaired over a stream, whatever people do. No caller can
    take the places of all.
    """

    def __init__(self, *, most: int = MOST, each: int = MOST_EACH) -> None:
        """`most` for all services and for all others, `each` for one caller."""
        self._all = Places(most)
        self._own = Places(each)
        self._each = each

    @contextmanager
    def place(self, principal: Principal) -> Iterator[None]:
        """Take a place while the stream runs; raises Overloaded, and TooManyStreams."""
        kind = "services" if principal.subject.startswith(_SERVICES) else "people"
        own = self._own.one(principal.subject, full=lambda: TooManyStreams(most=self._each))
        with self._all.one(kind, full=Overloaded), own:
            yield


async def paced(messages: AsyncIterator[T], *, silence: float = SILENCE_SECONDS) -> AsyncIterator[T]:
    """The messages of a caller; raises TimeoutError when he says nothing for so long, for his place is needed."""
    while True:
        try:
            async with asyncio.timeout(silence):
                message = await anext(messages)
        except StopAsyncIteration:
            return
        yield message
