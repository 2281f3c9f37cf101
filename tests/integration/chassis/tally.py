"""A projection that counts, and notes to write: what the tests of streams and consumers share."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any
from uuid import UUID

from millrace.leads.v1.lead_pb2 import Lead
from millrace.leads.v1.lead_service_pb2 import CreateLeadRequest
from nats.aio.client import Client
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.consumer import Event, Subscription
from chassis.consumer.consumer import Consumer
from chassis.consumer.gate import Gap
from chassis.event_log import EventLogServicer
from chassis.history import _event, _request
from chassis.rpc.call import Call
from chassis.streaming.streams import Declaration
from chassis.work import Store, UnitOfWork
from tests.support.clock import FixedClock
from tests.support.sample import Note, rewrite_note, write_note

Calls = Callable[..., Call]
LEADS = ("millrace.leads.v1.lead.>",)


def declaration(name: str, *, window: float = 120) -> Declaration:
    return Declaration(
        name=name,
        subjects=("millrace.leads.>",),
        max_age_days=30,
        max_bytes=50_000_000,
        duplicate_window_seconds=window,
        max_msg_size=262144,
        replicas=1,
    )


class Tally:
    """A projection: how often each aggregate's versions were applied."""

    def __init__(self, engine: AsyncEngine, client: Client, clock: FixedClock, call: Call) -> None:
        self.call = call
        self.poison: set[int] = set()
        self.fail_after_effect = 0
        self.subscription = Subscription(name="tally", stream="leads", subjects=LEADS, apply=self.apply)
        self.consumer = Consumer(self.subscription, engine=engine, client=client, history=self.history, clock=clock)
        self._engine = engine

    async def make(self) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(text("create table tally (aggregate text, version bigint)"))

    async def apply(self, connection: AsyncConnection, events: Sequence[Event]) -> None:
        if self.poison & {event.version for event in events if event.message.lead.industry == "poison"}:
            raise ValueError("poison")
        await connection.execute(
            text("insert into tally values (:aggregate, :version)"),
            [{"aggregate": event.aggregate, "version": event.version} for event in events],
        )
        if self.fail_after_effect:
            self.fail_after_effect -= 1
            raise OSError("killed between effect and checkpoint")

    async def history(self, _subscription: Subscription, gap: Gap | None) -> AsyncIterator[Event]:
        servicer = EventLogServicer(self._engine)
        async for logged in servicer.ReadEvents(_request(self.subscription, gap), self.call):
            yield _event(logged)

    async def versions(self) -> list[tuple[str, int]]:
        async with self._engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text("select aggregate, version from tally"))]


async def write(store: Store, call: Calls, text: str) -> UUID:
    async def use_case(work: UnitOfWork) -> Note:
        return await write_note(work, text=text)

    request = CreateLeadRequest(lead=Lead(need=text))
    lead = await store.write(call(), request, use_case, answer=lambda note: Lead(name=str(note.uuid)))
    return UUID(lead.name)


async def rewrite(store: Store, call: Calls, uuid: UUID, text: str) -> None:
    request = CreateLeadRequest(lead=Lead(need=text))
    await store.write(call(), request, lambda work: rewrite_note(work, uuid=uuid, text=text), answer=lambda _: Lead())


async def scalar(engine: AsyncEngine, statement: Any) -> Any:
    async with engine.connect() as connection:
        return await connection.scalar(statement)
