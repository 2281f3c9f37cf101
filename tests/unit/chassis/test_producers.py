"""A service that follows another one does not start without the address of that other one."""

from pathlib import Path

import pytest
from sqlalchemy import MetaData

from chassis.consumer import Subscription
from chassis.life_cycle import Process
from chassis.parts import ServiceDefinition
from chassis.settings import ServiceSettings, SettingsWrong

SETTINGS = {
    "MILLRACE_LEADS_DATABASE_URL": "postgresql+asyncpg://localhost/leads",
    "MILLRACE_NATS_URL": "nats://localhost:4222",
    "MILLRACE_SECRET": "s" * 32,
}


async def ignore(*_: object) -> None:
    """Takes events and does nothing."""


FOLLOWER = ServiceDefinition(
    name="leads",
    tables=MetaData(),
    migrations=Path(),
    messages=Path(),
    publications={},
    servicers=lambda _parts: {},
    identify=lambda _parts: ignore,  # type: ignore[return-value, arg-type]
    subscriptions=lambda _parts: (Subscription(name="copy", stream="directory", subjects=("x.>",), apply=ignore),),
)


@pytest.mark.parametrize("command", ["work", "both"])
async def test_without_the_address_of_a_producer_it_refuses_to_start(command: str) -> None:
    process = Process(FOLLOWER, ServiceSettings.read("leads", SETTINGS))
    with pytest.raises(SettingsWrong, match="MILLRACE_DIRECTORY_ADDRESS is not set"):
        await process.live(command)
