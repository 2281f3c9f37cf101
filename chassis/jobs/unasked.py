"""Work that no caller asked for, written as what callers ask for is."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from google.protobuf.empty_pb2 import Empty

from chassis.principal import Principal
from chassis.work import Store, UnitOfWork
from chassis.work.request_key import RequestKey

T = TypeVar("T")


async def carry_out(
    store: Store, principal: Principal, *, action: str, use_case: Callable[[UnitOfWork], Awaitable[T]]
) -> T:
    """Run a use case in one transaction, with its events and audit; `action` is what the audit calls it.

    It has no request id, because its own rows tell what is done. Raises StaleVersion when it loses every race.
    """
    answers: list[T] = []

    async def run(work: UnitOfWork) -> Empty:
        answers[:] = [await use_case(work)]
        return Empty()

    await store.once(RequestKey(principal.subject, action, "", b""), principal, run, answer_type=Empty)
    return answers[0]
