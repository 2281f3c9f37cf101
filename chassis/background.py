"""What a service does without being asked: relay, consumers, jobs, sweeps, the audit seal."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

from nats.aio.client import Client
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import logs
from chassis.audit.sealer import Sealer
from chassis.consumer.consumer import Consumer
from chassis.event_log import archive
from chassis.history import history_for
from chassis.jobs import Jobs, Sweep, Sweeps
from chassis.parts import Parts
from chassis.settings import SettingsWrong
from chassis.streaming.connection import ConnectionLost, connect
from chassis.streaming.relay import Relay
from chassis.streaming.streams import declared
from chassis.tables import requests

_REQUESTS_KEPT = timedelta(days=30)


class Background:
    """The tasks of `work`."""

    def __init__(self, parts: Parts) -> None:
        """Nothing runs before `start`."""
        self._parts = parts
        self._tasks: list[asyncio.Task[None]] = []
        self._client: Client | None = None
        self._log = logs.get_logger()

    def start(self) -> None:
        """Start everything; what needs NATS waits for it, the rest does not."""
        parts, definition = self._parts, self._parts.definition
        engine, clock, name = parts.background_engine, parts.clock, definition.name
        settings = parts.settings
        sealer = Sealer(engine, clock=clock, service=name, secret=settings.secret, heads=settings.audit_heads)
        self._go(sealer.run(), "sealer")
        self._go(Jobs(definition.jobs(parts), engine=engine, clock=clock, service=name).run(), "jobs")
        sweeps = (*definition.sweeps(parts), *_HOUSEKEEPING)
        self._go(Sweeps(sweeps, engine=engine, clock=clock).run(), "sweeps")
        for number, task in enumerate(definition.background(parts)):
            self._go(task, f"background-{number}")
        self._go(self._streaming(), "streaming")

    async def stop(self) -> None:
        """Stop everything and wait for it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None and self._client.is_connected:
            await self._client.close()

    async def _streaming(self) -> None:
        parts = self._parts
        name = parts.definition.name
        lost = asyncio.Event()
        self._client = client = await connect(
            parts.settings.nats_url, service=name, password=parts.settings.nats_password, lost=lost
        )
        relay = Relay(
            engine=parts.background_engine,
            client=client,
            declaration=declared()[name],
            clock=parts.clock,
            woken=parts.woken,
        )
        self._go(relay.run(), "relay")
        for subscription in parts.definition.subscriptions(parts):
            consumer = Consumer(
                subscription,
                engine=parts.background_engine,
                client=client,
                history=history_for(parts, subscription),
                clock=parts.clock,
            )
            self._go(consumer.run(), subscription.name)
        await lost.wait()
        raise ConnectionLost(f"NATS closed the connection for good: {client.last_error!r}")

    def _go(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        task.add_done_callback(self._ended)
        self._tasks.append(task)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            self._log.error("background task ended", task=task.get_name(), error=repr(task.exception())[:500])


def check_producers(parts: Parts) -> None:
    """Raise SettingsWrong where a producer has no address.

    A consumer that cannot ask for history would stand still at its first gap, with nothing in its log but patience.
    """
    asked = {each.stream for each in parts.definition.subscriptions(parts)}
    missing = sorted(asked - set(parts.settings.addresses))
    if missing:
        names = (f"MILLRACE_{stream.upper()}_ADDRESS" for stream in missing)
        raise SettingsWrong("; ".join(f"{name} is not set, and its history is read" for name in names))


async def _forget_requests(connection: AsyncConnection, now: Any) -> int:
    """Stored answers are kept for 30 days."""
    old = select(requests.c.request_id, requests.c.principal, requests.c.method)
    old = old.where(requests.c.created < now - _REQUESTS_KEPT).limit(5000)
    rows = (await connection.execute(old)).all()
    for row in rows:
        where = (
            requests.c.principal == row.principal,
            requests.c.method == row.method,
            requests.c.request_id == row.request_id,
        )
        await connection.execute(delete(requests).where(*where))
    return len(rows)


async def _archive(connection: AsyncConnection, now: Any) -> int:
    return await archive(connection, now=now)


_HOUSEKEEPING = (
    Sweep("archive events", timedelta(minutes=1), _archive),
    Sweep("forget requests", timedelta(hours=1), _forget_requests),
)
