"""What a service does without being asked: relay, consumers, jobs, sweeps, the audit seal."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any

from nats.aio.client import Client

from chassis import logs
from chassis.audit.sealer import Sealer
from chassis.consumer.consumer import Consumer, History
from chassis.consumer.event import Subscription
from chassis.history import history_over
from chassis.housekeeping import HOUSEKEEPING
from chassis.jobs import Jobs, Sweeps
from chassis.measures import Measures, begin_at_nothing
from chassis.parts import Parts
from chassis.settings import SettingsWrong
from chassis.streaming.connection import connect
from chassis.streaming.relay import Relay
from chassis.streaming.streams import declared

_BATCH_SECONDS = 5.0


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
        sweeps = (*definition.sweeps(parts), *HOUSEKEEPING)
        self._go(Sweeps(sweeps, engine=engine, clock=clock).run(), "sweeps")
        for number, task in enumerate(definition.background(parts)):
            self._go(task, f"background-{number}")
        self._go(self._streaming(), "streaming", lasting=False)

    async def stop(self) -> None:
        """Stop everything and wait for it; the relay first finishes its batch, unless NATS answers too slowly."""
        self._stopping = True
        if self._relay is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._relay.finish(), _BATCH_SECONDS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None and self._client.is_connected:
            await self._client.close()

    async def _streaming(self) -> None:
        """Start what needs NATS, once it is there."""
        parts = self._parts
        name = parts.definition.name
        self._client = client = await connect(
            parts.settings.nats_url, service=name, password=parts.settings.nats_password
        )
        self._relay = Relay(
            engine=parts.background_engine,
            client=client,
            declaration=declared()[name],
            clock=parts.clock,
            woken=parts.woken,
        )
        self._go(self._relay.run(), "relay")
        for subscription in parts.definition.subscriptions(parts):
            consumer = Consumer(
                subscription,
                engine=parts.background_engine,
                client=client,
                history=self._history(subscription),
                clock=parts.clock,
            )
            self._go(consumer.run(), subscription.name)

    def _history(self, subscription: Subscription) -> History:
        credentials = self._parts.definition.credentials
        if credentials is None:
            raise LookupError(f"{subscription.name} cannot ask {subscription.stream}: the service has no credentials")
        return history_over(self._parts.channel(subscription.stream), credentials(self._parts))

    def _go(self, work: Coroutine[Any, Any, None], name: str, *, lasting: bool = True) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        task.add_done_callback(lambda task: self._notice(task, lasting=lasting))
        self._tasks.append(task)

    def _notice(self, task: asyncio.Task[None], *, lasting: bool) -> None:
        """Whatever ended before its time is told: a process that looks well and does no work deceives everybody."""
        if self._stopping:
            return
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        if error is None and not lasting:
            return
        self._log.error("background task ended", task=task.get_name(), error=repr(error)[:500])
        self.ended = self.ended or task.get_name()
        self._broken()


def check_producers(parts: Parts) -> None:
    """Raise SettingsWrong where a producer has no address.

    A consumer that cannot ask for history would stand still at its first gap, with nothing in its log but patience.
    """
    asked = {each.stream for each in parts.definition.subscriptions(parts)}
    missing = sorted(asked - set(parts.settings.addresses))
    if missing:
        names = (f"MILLRACE_{stream.upper()}_ADDRESS" for stream in missing)
        raise SettingsWrong("; ".join(f"{name} is not set, and its history is read" for name in names))
