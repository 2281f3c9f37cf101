"""One deadline from the door to the last try: whoever waits for an answer has it, or a refusal, in time."""

import asyncio
from collections.abc import AsyncIterator

import grpc
import httpx
import pytest
from millrace.leads.v1.lead_service_pb2 import GetLeadRequest

from chassis.channels import open_channel
from gateway import backends
from gateway.backends import Answered, Backend
from gateway.transcoding import door
from gateway.transcoding.methods import find_bindings
from kernel.errors import DeadlinePassed, Overloaded
from tests.integration.gateway.neighbour import Neighbour
from tests.support.waiting import eventually

LEAD = "/v1/leads/018f0000-0000-7000-8000-000000000001"
DUPLICATES = "/v1/leads:checkDuplicates"
METHODS = {binding.method.descriptor.name: binding.method for binding in find_bindings(("leads",))}


@pytest.fixture
async def narrow(neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Backend]:
    """The neighbour behind a bulkhead of one place."""
    monkeypatch.setattr(backends, "SLOTS", 1)
    backend = Backend("leads", open_channel(neighbour.address))
    yield backend
    await backend.close()


async def get_lead(backend: Backend, *, seconds: float) -> Answered:
    until = asyncio.get_running_loop().time() + seconds
    return await backend.ask(METHODS["GetLead"], GetLeadRequest(), metadata=(), until=until, repeat=True)


@pytest.mark.parametrize(
    ("verb", "path", "seconds"), [("GET", LEAD, 2.95), ("POST", DUPLICATES, 2.95), ("POST", "/v1/leads", 9.95)]
)
async def test_a_service_is_given_what_the_door_has_less_50_ms_to_answer_in(
    client: httpx.AsyncClient, neighbour: Neighbour, verb: str, path: str, seconds: float
) -> None:
    await client.request(verb, path, json=None if verb == "GET" else {})
    assert seconds - 0.5 < neighbour.seconds[0] <= seconds


@pytest.mark.parametrize(("verb", "path"), [("GET", LEAD), ("POST", DUPLICATES)])
async def test_a_repeat_has_what_the_first_try_left(
    client: httpx.AsyncClient, neighbour: Neighbour, verb: str, path: str
) -> None:
    neighbour.pause, neighbour.refusals = 0.4, [grpc.StatusCode.UNAVAILABLE]
    answer = await client.request(verb, path, json=None if verb == "GET" else {})
    assert answer.status_code == 200
    _, left = neighbour.seconds
    assert left <= 3.0 - 0.4 - 0.05 - 0.05


async def test_nothing_is_asked_again_when_no_useful_time_is_left(
    client: httpx.AsyncClient, neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backends, "WORTH_ASKING_SECONDS", door.READ_SECONDS)
    neighbour.refusals = [grpc.StatusCode.UNAVAILABLE]
    answer = await client.get(LEAD)
    assert (answer.status_code, answer.json()["reason"]) == (503, "SERVICE_AWAY")
    assert len(neighbour.asked) == 1


async def test_the_wait_for_a_place_is_part_of_the_time(narrow: Backend, neighbour: Neighbour) -> None:
    neighbour.pause = 0.2
    before = asyncio.ensure_future(get_lead(narrow, seconds=5))
    await eventually(lambda: bool(neighbour.asked))
    await get_lead(narrow, seconds=3)
    await before
    assert neighbour.seconds[1] < 3 - 0.05 - 0.1


async def test_nobody_waits_for_a_place_beyond_his_time(narrow: Backend, neighbour: Neighbour) -> None:
    neighbour.pause = 2.0
    before = asyncio.ensure_future(get_lead(narrow, seconds=5))
    await eventually(lambda: bool(neighbour.asked))
    begun = asyncio.get_running_loop().time()
    with pytest.raises(Overloaded):
        await get_lead(narrow, seconds=0.1)
    assert asyncio.get_running_loop().time() - begun < 0.25
    before.cancel()


async def test_a_call_whose_time_is_over_is_not_made(narrow: Backend, neighbour: Neighbour) -> None:
    with pytest.raises(DeadlinePassed):
        await get_lead(narrow, seconds=0.04)
    assert neighbour.asked == []


async def test_the_parts_of_a_view_share_the_time_of_the_view(
    client: httpx.AsyncClient, neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "READ_SECONDS", 1.15)
    neighbour.pause = 0.6
    answer = await client.get(
        "/v1/customerViews/018f0000-0000-7000-8000-000000000001", headers={"Authorization": "Bearer x"}
    )
    assert (answer.status_code, answer.json()["account"]["lead"]) == (200, "leads/1")
    assert {"part": "lead", "reason": "DEADLINE_PASSED"}.items() <= _gap(answer, "lead").items()


def _gap(answer: httpx.Response, part: str) -> dict[str, str]:
    found: dict[str, str] = next(gap for gap in answer.json()["missing"] if gap["part"] == part)
    return found
