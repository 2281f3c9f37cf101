"""Long streams: how many there may be at once, how long one may fall silent, and that who lost his rights is let go."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
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
_BREATH_SECONDS = 0.5
_HEAR_OUT_SECONDS = 3.0


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


@asynccontextmanager
async def heard_out(messages: AsyncIterator[object]) -> AsyncIterator[None]:
    """Refuse a caller only when he has said what he was saying, and forget that; at most three seconds.

    A call that ends while its caller still writes loses its status on the way: he learns that something broke off,
    not that he was refused, nor why.
    """
    try:
        yield
    except (Refusal, TimeoutError):
        try:
            async with asyncio.timeout(_HEAR_OUT_SECONDS):
                while await _says_more(messages):
                    pass
        except TimeoutError:
            pass
        raise


async def _says_more(messages: AsyncIterator[object]) -> bool:
    """Whether another message comes before the caller takes breath."""
    try:
        async with asyncio.timeout(_BREATH_SECONDS):
            await anext(messages)
    except (StopAsyncIteration, TimeoutError):
        return False
    return True
