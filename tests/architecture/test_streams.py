"""The streams' readers are the services that follow them: nobody more, nobody less."""

import pytest

from chassis.parts import Parts, ServiceDefinition
from chassis.settings import ServiceSettings
from chassis.streaming.streams import declared
from deploy.release.published import DEFINITIONS
from kernel.time import SystemClock


def followed(definition: ServiceDefinition) -> set[str]:
    """The streams of the service's subscriptions; nothing is opened to know them."""
    told = {
        f"MILLRACE_{definition.name.upper()}_DATABASE_URL": "postgresql+asyncpg://nowhere/none",
        "MILLRACE_NATS_URL": "nats://nowhere",
        "MILLRACE_SECRET": "s" * 32,
    }
    parts = Parts(definition, ServiceSettings.read(definition.name, told), SystemClock())
    return {each.stream for each in definition.subscriptions(parts)}


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda definition: definition.name)
def test_a_service_may_read_what_it_follows_and_nothing_else(definition: ServiceDefinition) -> None:
    readable = {stream.name for stream in declared().values() if definition.name in stream.readers}
    assert readable == followed(definition)


def test_every_service_has_a_stream_of_its_own() -> None:
    assert set(declared()) == {definition.name for definition in DEFINITIONS}
