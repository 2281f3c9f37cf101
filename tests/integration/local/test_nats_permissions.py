"""On the embedded NATS every service is a user of its own, and may do its own work only."""

import asyncio
import os
import stat
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import nats
import nats.errors
import pytest
from nats.aio.client import Client

from chassis import metrics
from chassis.consumer.pull import LogReader
from chassis.streaming.connection import connect
from chassis.streaming.streams import apply, declared, look
from deploy.local.nats import OPERATOR, Nats, program, start_nats
from deploy.reference.nats import nats as manual
from tests.support.waiting import eventually

PASSWORDS = {"directory": "d" * 32, "leads": "l" * 32, OPERATOR: "o" * 32}
ConnectAs = Callable[[str], Awaitable[Client]]


@pytest.fixture(scope="module")
def server(servers_folder: Path) -> Iterator[Nats]:
    server = start_nats(servers_folder / "guarded", durable=False, passwords=PASSWORDS)
    yield server
    server.stop()


@pytest.fixture
async def connect_as(server: Nats) -> AsyncIterator[ConnectAs]:
    """Connects as a service does, its stream standing."""
    made: list[Client] = []

    async def opened(service: str) -> Client:
        client = await connect(server.url, service=service, password=PASSWORDS[service])
        made.append(client)
        await apply(client, declared()[service])
        return client

    yield opened
    for client in made:
        await client.close()


def violations(service: str) -> float:
    """How often the alarm has heard of something NATS refused the service."""
    return float(metrics.STREAM_PERMISSION_VIOLATIONS.labels(service)._value.get())


async def stored(server: Nats, stream: str) -> int:
    operator = await nats.connect(server.operator_url)
    state = await look(operator, stream)
    await operator.close()
    return 0 if state is None else state.last_seq


async def test_a_service_publishes_below_its_own_subject(server: Nats, connect_as: ConnectAs) -> None:
    leads = await connect_as("leads")
    before = await stored(server, "leads")
    await leads.jetstream().publish("millrace.leads.v1.lead.created", b"")
    assert await stored(server, "leads") == before + 1


async def test_a_service_cannot_publish_on_anothers_subject_and_the_alarm_hears_of_it(
    server: Nats, connect_as: ConnectAs
) -> None:
    await connect_as("directory")
    leads = await connect_as("leads")
    before, heard = await stored(server, "directory"), violations("leads")
    with pytest.raises(nats.errors.TimeoutError):
        await leads.jetstream().publish("millrace.directory.v1.member.created", b"", timeout=0.5)
    assert await stored(server, "directory") == before
    await eventually(lambda: violations("leads") > heard)


async def test_a_follower_reads_the_stream_it_follows(connect_as: ConnectAs) -> None:
    directory, leads = await connect_as("directory"), await connect_as("leads")
    await directory.jetstream().publish("millrace.directory.v1.member.created", b"news")
    reader = LogReader(leads, stream="directory", subjects=("millrace.directory.v1.member.>",), after=0)
    await reader.open()
    assert [each.payload for each in await reader.next_batch(wait=5)][-1] == b"news"
    await reader.close()


async def test_nobody_reads_a_stream_he_does_not_follow(connect_as: ConnectAs) -> None:
    await connect_as("leads")
    directory = await connect_as("directory")
    heard = violations("directory")
    reader = LogReader(directory, stream="leads", subjects=("millrace.leads.v1.lead.>",), after=0)
    with pytest.raises(nats.errors.TimeoutError):
        await asyncio.wait_for(reader.open(), 6)
    await eventually(lambda: violations("directory") > heard)


@pytest.mark.parametrize("subject", ["millrace.>", "_INBOX.>", "_INBOX.directory.>", "$JS.API.>"])
async def test_nobody_listens_past_the_streams(connect_as: ConnectAs, subject: str) -> None:
    leads = await connect_as("leads")
    heard = violations("leads")
    await leads.subscribe(subject)
    await eventually(lambda: violations("leads") > heard)


@pytest.mark.parametrize("stranger", ["nats://", "nats://leads:wrong@", "nats://somebody:else@"])
async def test_without_its_password_nobody_comes_in(server: Nats, stranger: str) -> None:
    with pytest.raises(nats.errors.Error, match=r"(?i)authorization|no servers"):
        await nats.connect(f"{stranger}127.0.0.1:{server.port}", allow_reconnect=False, max_reconnect_attempts=1)


def test_the_manuals_users_are_what_the_server_takes(tmp_path: Path) -> None:
    configuration = tmp_path / "nats.conf"
    configuration.write_text(manual().split("```")[1])
    told = {f"MILLRACE_{name.upper()}_NATS_PASSWORD": "p" * 32 for name in declared()}
    checked = subprocess.run(
        [program(), "-t", "-c", str(configuration)], check=False, capture_output=True, text=True, env=os.environ | told
    )
    assert checked.returncode == 0, checked.stderr


def test_the_passwords_are_for_the_owner_only(server: Nats) -> None:
    assert stat.S_IMODE((server.folder / "nats.conf").stat().st_mode) == 0o600
