"""Writes of one kind that arrive at the same time are made together: one look at the tables, one statement, one commit.

Nobody waits for company: a write that finds no other under way goes at once and alone. Those that come meanwhile go
together as soon as it is done. A busy system so pays for a round trip and a commit once for many, and an idle one
answers as fast as before. One journey is under way at a time, so that two who tell of the same thing at the same moment
see each other. A journey succeeds or fails as a whole; when it fails, each goes alone, as if it had never
met the others, and only then is it refused, repeated or told of a race.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from google.protobuf.message import Message

from chassis import logs
from chassis.rpc.call import Call
from chassis.work.request_key import request_key
from chassis.work.store import Member, Store
from chassis.work.unit import UnitOfWork
from kernel.errors import DeadlinePassed, OutcomeUnknown, Overloaded, Refusal

T = TypeVar("T")
R = TypeVar("R")
MOST = 64


@dataclass(slots=True, eq=False)
class _Rider(Generic[T]):
    """One write on its way."""

    call: Call
    request: Message
    asked: T
    answer: Callable[[Any], Any]
    arrival: "asyncio.Future[Any]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def member(self) -> Member:
        """What the store needs to know of it."""
        key = request_key(self.call, self.request)
        return Member(key, self.call.principal, self.call.trace, self.call.written)

    def is_late(self) -> bool:
        """Whether its deadline passed while it waited."""
        return self.call.deadline is not None and asyncio.get_running_loop().time() > self.call.deadline

    def fail(self, error: BaseException) -> None:
        """Tell the caller; one who went away does not ask."""
        self.arrival.set_exception(error)
        self.arrival.exception()


class Convoy(Generic[T, R]):
    """Makes writes of one kind, together where they meet."""

    def __init__(
        self,
        store: Store,
        *,
        alone: Callable[[UnitOfWork, T], Awaitable[R]],
        together: Callable[[Sequence[UnitOfWork], Sequence[T]], Awaitable[Sequence[R | Refusal]]],
    ) -> None:
        """`alone` is the use case for one; `together` for many: each as if those before it had been written already.

        It gives one outcome each, in their order, and a refused one has gathered nothing.
        """
        self._store = store
        self._alone = alone
        self._together = together
        self._waiting: list[_Rider[T]] = []
        self._under_way = False
        self._log = logs.get_logger()

    async def write(self, call: Call, request: Message, asked: T, *, answer: Callable[[R], Any]) -> Any:
        """What `Store.write` does, in company; a caller who goes away does not stop it."""
        rider = _Rider(call, request, asked, answer)
        self._waiting.append(rider)
        self._depart()
        return await asyncio.shield(rider.arrival)

    def _depart(self) -> None:
        while self._waiting and not self._under_way:
            boarding, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            # Nobody waits for these any more, and nothing was begun.
            late = [rider for rider in boarding if rider.is_late()]
            _tell_all(late, DeadlinePassed)
            if riders := [rider for rider in boarding if rider not in late]:
                self._under_way = True
                self._store.keep(self._travel(riders))

    async def _travel(self, riders: Sequence[_Rider[T]]) -> None:
        try:
            for rider in await self._left_behind(riders):
                await self._go_alone(rider)
        finally:
            self._under_way = False
            self._depart()

    async def _left_behind(self, riders: Sequence[_Rider[T]]) -> Sequence[_Rider[T]]:
        """Take them along; whoever must go alone stays."""
        if len(riders) == 1:
            return riders
        members = [rider.member() for rider in riders]

        async def decide(units: Sequence[UnitOfWork]) -> list[Message | None]:
            outcomes = await self._together(units, [each.asked for each in riders])
            return [
                None if isinstance(outcome, Refusal) else rider.answer(outcome)
                for rider, outcome in zip(riders, outcomes, strict=True)
            ]

        try:
            messages = await self._store.together(members, decide)
        except OutcomeUnknown:
            return self._unknown(riders)
        except Overloaded:
            _tell_all(riders, Overloaded)
            return ()
        except Exception as error:  # noqa: BLE001 - whatever one of them spoils, alone it spoils only its own write
            self._log.info("a journey failed", riders=len(riders), error=repr(error)[:200])
            return riders
        for rider, message in zip(riders, messages, strict=True):
            if message is not None:
                rider.arrival.set_result(message)
        return [rider for rider, message in zip(riders, messages, strict=True) if message is None]

    def _unknown(self, riders: Sequence[_Rider[T]]) -> Sequence[_Rider[T]]:
        """Who bears a request id may ask again, and gets the first answer if there is one; the others are told."""
        named = [rider for rider in riders if getattr(rider.request, "request_id", "")]
        _tell_all([rider for rider in riders if rider not in named], OutcomeUnknown)
        return named

    async def _go_alone(self, rider: _Rider[T]) -> None:
        try:
            message = await self._store.write(
                rider.call, rider.request, lambda work: self._alone(work, rider.asked), answer=rider.answer
            )
        except BaseException as error:  # noqa: BLE001 - it is the caller's, who waits for it elsewhere
            rider.fail(error)
        else:
            rider.arrival.set_result(message)


def _tell_all(riders: Sequence[_Rider[Any]], refusal: type[Refusal]) -> None:
    for rider in riders:
        rider.fail(refusal())
