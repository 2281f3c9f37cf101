"""What a service does without being asked: relay, consumers, jobs, sweeps, the audit seal."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from chassis import logs
from chassis.audit.sealer import Sealer
from chassis.consumer.consumer import Consumer
from chassis.history import history_for
from chassis.housekeeping import housekeeping
from chassis.jobs import Jobs, Sweeps
from chassis.measures import Measures, begin_at_nothing
from chassis.parts import Parts
from chassis.settings import SettingsWrong
from chassis.streaming import Client
from chassis.streaming.connection import ConnectionLost, connect
from chassis.streaming.relay import Relay
from chassis.streaming.streams import declared

_BATCH_SECONDS = 5.0
_PATIENCE = 1.0


class Background:
    """The tasks of `work`. Each runs until `stop`; one that ends before leaves work undone that nobody would miss."""

    def __init__(self, parts: Parts, *, broken: Callable[[], None]) -> None:
        """Nothing runs before `start`; `broken` is called when a task ends that should not, and `ended` names it."""
        self._parts = parts
        self._broken = broken
        self._stopping = False
        self.ended = ""
        self._tasks: list[asyncio.Task[None]] = []
        self._client: Client | None = None
        self._relay: Relay | None = None
        self._log = logs.get_logger()

    @property
    def obstacle(self) -> str:
        """What somebody must put right before all of it can be done; empty where nothing is in the way."""
        return self._relay.drift if self._relay is not None else ""

    def start(self) -> None:
        """Start everything; what needs NATS waits for it, the rest does not."""
        parts, definition = self._parts, self._parts.definition
        engine, clock, name = parts.background_engine, parts.clock, definition.name
        settings = parts.settings
        sealer = Sealer(engine, clock=clock, service=name, secret=settings.secret, heads=settings.audit_heads)
        self._go(sealer.run(), "sealer")
        kinds = definition.jobs(parts)
        followed = [subscription.name for subscription in definition.subscriptions(parts)]
        begin_at_nothing(name, consumers=followed, kinds=[kind.name for kind in kinds])
        self._go(Measures(engine, clock=clock, service=name).run(), "measures")
        self._go(Jobs(kinds, engine=engine, clock=clock).run(), "jobs")
        sweeps = (*definition.sweeps(parts), *housekeeping(clock))
        self._go(Sweeps(sweeps, engine=engine, clock=clock).run(), "sweeps")
        for number, task in enumerate(definition.background(parts)):
            self._go(task, f"background-{number}")
        self._go(self._streaming(), "streaming")

    async def stop(self) -> None:
        """Stop everything and wait for it; the relay first finishes its batch, unless NATS answers too slowly."""
        self._stopping = True
        if self._relay is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._relay.finish(), _BATCH_SECONDS)
        await end_all(self._tasks)
        if self._relay is not None:
            await self._relay.close()
        if self._client is not None and self._client.is_connected:
            await self._client.close()

    async def _streaming(self) -> None:
        """Start what needs NATS, once it is there, and stay with the connection."""
        parts = self._parts
        name = parts.definition.name
        lost = asyncio.Event()
        self._client = client = await connect(
            parts.settings.nats_url, service=name, password=parts.settings.nats_password, lost=lost
        )
        self._relay = Relay(
            engine=parts.background_engine,
            client=client,
            declaration=declared()[name],
            clock=parts.clock,
            woken=parts.woken,
            check_seconds=parts.settings.stream_check_seconds,
        )
        self._go(self._relay.run(), "relay")
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
        task.add_done_callback(self._notice)
        self._tasks.append(task)

    def _notice(self, task: asyncio.Task[None]) -> None:
        """Whatever ended before its time is told: a process that looks well and does no work deceives everybody."""
        if self._stopping:
            return
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        self._log.error("background task ended", task=task.get_name(), error=repr(error)[:500])
        self.ended = self.ended or task.get_name()
        self._broken()


async def end_all(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel tasks and wait until all have ended, those too that they begin meanwhile and append to `tasks`.

    One that is cancelled in the instant in which what it waits for arrives goes on as if nothing had been said
    (`asyncio.wait_for` until Python 3.11); it is told again after a second.
    """
    while running := [task for task in tasks if not task.done()]:
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=_PATIENCE)
    await asyncio.gather(*tasks, return_exceptions=True)


def check_producers(parts: Parts) -> None:
    """Raise SettingsWrong where a producer has no address.

    A consumer that cannot ask for history would stand still at its first gap, with nothing in its log but patience.
    """
    asked = {each.stream for each in parts.definition.subscriptions(parts)}
    missing = sorted(asked - set(parts.settings.addresses))
    if missing:
        names = (f"MILLRACE_{stream.upper()}_ADDRESS" for stream in missing)
        raise SettingsWrong("; ".join(f"{name} is not set, and its history is read" for name in names))
