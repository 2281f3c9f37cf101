"""The life of a service process: start, ready, drain, stop."""

import asyncio
import contextlib
import gc
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import grpc
import orjson
import uvloop
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from millrace.events.v1.event_log_pb2 import DESCRIPTOR as EVENT_LOG
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis import logs, masking, tracing
from chassis.background import Background, check_producers
from chassis.clock import clock_of
from chassis.debug_port import DebugPort
from chassis.event_log import EventLogServicer
from chassis.freshness import Freshness
from chassis.parts import Parts, ServiceDefinition
from chassis.redrive import RedriveRefused, redrive_once
from chassis.roles import read_roles
from chassis.rpc.serving import Boundary
from chassis.rpc.together import READING
from chassis.settings import ServiceSettings, SettingsWrong

COMMANDS = ("serve", "work", "both", "migrate", "verify-audit")
_REDRIVE_WORDS = 3
_WORKING = frozenset({"work", "both"})
_MAX_RPCS = 200
_GRACE_SECONDS = 25.0
# RELIABILITY: limits of the server, and keepalive that notices a black hole within a minute and a half.
_OPTIONS: Sequence[tuple[str, int]] = (
    ("grpc.so_reuseport", 0),
    ("grpc.max_receive_message_length", 1024 * 1024),
    ("grpc.max_metadata_size", 16 * 1024),
    ("grpc.max_concurrent_streams", 100),
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 30_000),
    ("grpc.max_connection_idle_ms", 300_000),
    ("grpc.max_connection_age_ms", 1_800_000),
    ("grpc.max_connection_age_grace_ms", 60_000),
)


def run(definition: ServiceDefinition, arguments: Sequence[str] | None = None) -> None:
    """Run a service by its command line: `serve`, `work`, `both`, `migrate`, `verify-audit`.

    And `rebuild` where it has projections, and `redrive` with what to redrive.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    _check(definition, words)
    logs.configure(definition.name)
    try:
        if words[0] == "migrate":
            from chassis.migrations import migrate  # noqa: PLC0415 - what serves need not load the tool

            roles = read_roles(definition.name, os.environ)
            uvloop.run(migrate(roles, folder=definition.migrations, tables=definition.tables))
        elif words[0] == "verify-audit":
            uvloop.run(_verify_audit(definition))
        else:
            settings = ServiceSettings.read(definition.name, os.environ, definition.settings)
            masking.set_key(settings.secret)
            tracing.configure(definition.name, os.environ)
            _run(definition, settings, words)
    except (SettingsWrong, WorkEnded) as problem:
        raise SystemExit(f"{definition.name}: {problem}") from None


def _check(definition: ServiceDefinition, words: Sequence[str]) -> None:
    """End with the usage unless the words are a command of this service."""
    commands = (*COMMANDS, "rebuild") if definition.rebuilding else COMMANDS
    redriving = len(words) == _REDRIVE_WORDS and words[0] == "redrive"
    if not redriving and (len(words) != 1 or words[0] not in commands):
        usage = f"usage: python -m services.{definition.name}"
        raise SystemExit(f"{usage} {'|'.join(commands)}\n{usage} redrive CONSUMER AGGREGATE")


def _run(definition: ServiceDefinition, settings: ServiceSettings, words: Sequence[str]) -> None:
    if words[0] == "redrive":
        uvloop.run(_redrive(definition, settings, *words[1:]))
    elif words[0] == "rebuild":
        uvloop.run(_rebuild(definition, settings))
    else:
        uvloop.run(Process(definition, settings).live(words[0]))


async def _verify_audit(definition: ServiceDefinition) -> None:
    from chassis.audit.verifying import verify_once  # noqa: PLC0415 - what serves need not load the tool

    url = read_roles(definition.name, os.environ).application_url
    verdict = await verify_once(url, service=definition.name)
    sys.stdout.write(verdict.told())
    if verdict.flaws:
        raise SystemExit(1)


async def _rebuild(definition: ServiceDefinition, settings: ServiceSettings) -> None:
    from chassis.rebuilding import RebuildRefused, rebuild_once  # noqa: PLC0415 - what serves need not load the tool

    parts = Parts(definition, settings, clock_of(settings.other))
    try:
        events = await rebuild_once(parts, read_roles(definition.name, os.environ))
    except RebuildRefused as refused:
        raise SystemExit(f"{definition.name}: not rebuilt: {refused}") from None
    sys.stdout.write(f"{events} events applied\n")


async def _redrive(definition: ServiceDefinition, settings: ServiceSettings, consumer: str, aggregate: str) -> None:
    try:
        letters = await redrive_once(Parts(definition, settings, clock_of(settings.other)), consumer, aggregate)
    except RedriveRefused as refused:
        raise SystemExit(f"{definition.name}: not redriven: {refused}") from None
    sys.stdout.write(f"{letters} applied\n")


class WorkEnded(Exception):  # noqa: N818 - said at the end, after everything was stopped in order
    """A background task ended by itself: the process ends with a failure, so that it is started again."""


class Process:
    """One running process of a service."""

    def __init__(self, definition: ServiceDefinition, settings: ServiceSettings) -> None:
        """Nothing is opened yet."""
        self.parts = Parts(definition, settings, clock_of(settings.other))
        self._definition = definition
        self._settings = settings
        self._health = health.aio.HealthServicer()
        self._serving = False
        self._log = logs.get_logger()

    async def live(self, command: str) -> None:
        """Start, be ready until told to stop, then drain and stop.

        Raises SettingsWrong before anything is opened, and WorkEnded when a background task ended by itself.
        """
        if command in _WORKING:
            check_producers(self.parts)
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        background = Background(self.parts, broken=stopping.set)
        debug = DebugPort(unready=lambda: self._unready(command, background))
        await debug.start(self._settings.debug_listen)
        server: grpc.aio.Server | None = None
        address = ""
        try:
            await self._warm()
            if command in {"serve", "both"}:
                server, address = await self._serve()
            if command in _WORKING:
                background.start()
            await self._set(serving=True)
            self._tell_ready(address, debug.address)
            await stopping.wait()
        finally:
            await self._set(serving=False)
            if server is not None:
                await asyncio.sleep(0.2)  # lets balancers see NOT_SERVING before the port closes
                await server.stop(_GRACE_SECONDS)
                await self.parts.store.drain()
            await background.stop()
            await debug.stop()
            await self.parts.close()
            self._log.info("stopped")
        if background.ended:
            raise WorkEnded(f"the background task {background.ended} ended by itself")

    async def _warm(self) -> None:
        """Open the pool and whatever the service keeps in memory before the first call comes."""
        while True:
            try:
                async with self.parts.engine.connect() as connection:
                    await connection.execute(text("select 1"))
                break
            except (OSError, DBAPIError) as error:
                self._log.warning("waiting for the database", error=repr(error)[:200])
                await asyncio.sleep(0.5)
        if self._definition.warm is not None:
            await self._definition.warm(self.parts)
        # What the start made stays: the collector need not look through it again and again.
        gc.collect()
        gc.freeze()
        # A batch of an import makes 50,000 objects and drops them at once: a collector that wakes before it is done
        # looks through all of them for nothing, at 20,000 for a twentieth of its time, at the usual 700 for a sixth.
        gc.set_threshold(60_000, 10, 100)

    async def _serve(self) -> tuple[grpc.aio.Server, str]:
        parts, definition = self.parts, self._definition
        server = grpc.aio.server(options=_OPTIONS, maximum_concurrent_rpcs=_MAX_RPCS)
        boundary = Boundary(
            identify=definition.identify(parts),
            texts=parts.texts,
            clock=parts.clock,
            freshness=Freshness(parts.engine, definition.subscriptions(parts)),
        )
        servicers = {
            EVENT_LOG.services_by_name["EventLogService"]: EventLogServicer(parts.engine),
            **definition.servicers(parts),
        }
        server.add_generic_rpc_handlers(tuple(boundary.bind(servicers)))
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        names = [descriptor.full_name for descriptor in (*servicers, READING)]
        reflection.enable_server_reflection((*names, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
        host, _, port = self._settings.listen.rpartition(":")
        bound = server.add_insecure_port(f"{host}:{port}")
        await server.start()
        return server, f"{host}:{bound}"

    def _unready(self, command: str, background: Background) -> str:
        """Why the process is not ready. Who serves too stays ready whatever the relay met: a write needs no stream."""
        if not self._serving:
            return "starting or stopping"
        return background.obstacle if command == "work" else ""

    async def _set(self, *, serving: bool) -> None:
        self._serving = serving
        status = health_pb2.HealthCheckResponse
        await self._health.set("", status.SERVING if serving else status.NOT_SERVING)

    def _tell_ready(self, rpc: str, debug: str) -> None:
        """Write the addresses to the ready file, whole or not at all."""
        self._log.info("ready", rpc=rpc, debug=debug)
        if self._settings.ready_file:
            path = Path(self._settings.ready_file)
            fresh = path.with_suffix(".new")
            fresh.write_bytes(orjson.dumps({"rpc": rpc, "debug": debug, "pid": os.getpid()}))
            with contextlib.suppress(FileNotFoundError):
                path.unlink()
            fresh.rename(path)
