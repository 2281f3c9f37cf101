"""Use cases that answer a refusal instead of raising it, because the failure itself is to be kept."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message

from chassis.rpc.call import Call
from chassis.work import Store, UnitOfWork
from kernel.errors import Refusal

T = TypeVar("T")


async def committed(
    store: Store, call: Call, request: Message, use_case: Callable[[UnitOfWork], Awaitable[T | Refusal]]
) -> T:
    """Commit whatever the use case decided, then raise the refusal if it is one.

    For requests without an id only: their answers hold secrets, and are stored nowhere.
    """
    outcome: list[T | Refusal] = []

    async def run(work: UnitOfWork) -> None:
        outcome[:] = [await use_case(work)]

    await store.write(call, request, run, answer=lambda _: Empty())
    decided = outcome[0]
    if isinstance(decided, Refusal):
        raise decided
    return decided
