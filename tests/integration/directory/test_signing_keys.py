"""Keys that sign tokens: another secret ends them, and so does an operator."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from millrace.directory.v1 import api_client_pb2, api_client_service_pb2, key_set_service_pb2
from sqlalchemy import func, select, text

from chassis.key_sets import RemoteKeySet
from chassis.tokens import ServiceTokens, TokenVerifier, service_secret
from kernel.errors import Unauthenticated
from services.directory.commands import rotate_keys
from services.directory.sign_in import token_issuer
from services.directory.storage.sealing import SealBroken
from tests.integration.directory.front_door import EVENTS, SECRET, FrontDoor, bearing, open_front_door, refused
from tests.support.clock import FixedClock
from tests.support.waiting import eventually

ANNA = "anna@yunfan.example"
NEWER = "fedcba9876543210fedcba9876543210"
LOCKED = func.pg_advisory_lock(func.hashtextextended("signing keys", 0))
WAITING = text("select count(*) from pg_locks where locktype = 'advisory' and not granted")


@pytest.fixture
async def door(directory_database: str, clock: FixedClock) -> AsyncIterator[FrontDoor]:
    async with open_front_door(directory_database, clock, {}) as opened:
        yield opened


async def key_ids(door: FrontDoor) -> list[str]:
    answer = await door.keys.GetKeySet(key_set_service_pb2.GetKeySetRequest())
    return [key.kid for key in answer.keys]


async def key_events(door: FrontDoor) -> list[str]:
    return [subject for subject in await door.subjects() if subject.startswith("signing_key.")]


async def rotate(url: str, clock: FixedClock, *, secret: str = SECRET) -> str:
    return await rotate_keys(url, secret=secret, clock=clock, publications=EVENTS)


async def test_with_another_secret_everybody_goes_on_by_a_new_key(
    directory_database: str, clock: FixedClock, door: FrontDoor, capsys: pytest.CaptureFixture[str]
) -> None:
    await door.add_member(ANNA, "administrator")
    session = await door.sign_in()
    client = await door.clients.CreateApiClient(
        api_client_service_pb2.CreateApiClientRequest(
            api_client=api_client_pb2.ApiClient(display_name="ERP", scopes=["events.read"]), request_id=str(uuid4())
        ),
        metadata=bearing(session.access_token),
    )
    old = await key_ids(door)
    async with open_front_door(directory_database, clock, {}, secret=NEWER) as restarted:
        new = await key_ids(restarted)
        assert len(new) == 1
        assert new != old
        verifier = TokenVerifier(RemoteKeySet(restarted.channel))
        signed_in = await restarted.sign_in()
        renewed = await restarted.refresh(session.refresh_token)
        service = ServiceTokens(restarted.channel, service="leads", secret=service_secret(NEWER, "leads"))
        program = await restarted.clients.IssueClientToken(
            api_client_service_pb2.IssueClientTokenRequest(client_id=client.name, client_secret=client.secret)
        )
        for token in (
            signed_in.access_token,
            renewed.access_token,
            await service.token(clock.now()),
            program.access_token,
        ):
            assert await verifier.verify(token, clock.now())
        with pytest.raises(Unauthenticated):
            await verifier.verify(session.access_token, clock.now())
        assert await key_events(restarted) == ["signing_key.created", "signing_key.ended", "signing_key.created"]
    assert "signing keys of another MILLRACE_SECRET are ended" in capsys.readouterr().out


async def test_a_process_of_the_secret_before_signs_nothing_more_and_leaves_the_new_key_alone(
    directory_database: str, clock: FixedClock, door: FrontDoor
) -> None:
    await door.add_member(ANNA)
    await token_issuer(door.parts).warm()
    async with open_front_door(directory_database, clock, {}, secret=NEWER) as restarted:
        new = await key_ids(restarted)
        async with refused("INTERNAL"):
            await door.sign_in()
        assert (await restarted.sign_in()).access_token
        assert await key_ids(restarted) == new


async def test_an_operator_ends_the_keys_at_once(directory_database: str, clock: FixedClock, door: FrontDoor) -> None:
    await door.add_member(ANNA)
    await door.sign_in()
    clock.travel(days=29, hours=1)
    verifier = TokenVerifier(RemoteKeySet(door.channel))
    before = await door.sign_in()
    await verifier.verify(before.access_token, clock.now())
    signing, prepared = await key_ids(door)
    rotated = await rotate(directory_database, clock)
    assert await key_ids(door) == [rotated]
    assert rotated not in {signing, prepared}
    clock.travel(seconds=30)
    following = await door.sign_in()
    await verifier.verify(following.access_token, clock.now())
    with pytest.raises(Unauthenticated):
        await verifier.verify(before.access_token, clock.now())
    entries = await door.rows("select actor, resource from audit where action = 'rotate-keys' order by id")
    assert {tuple(entry) for entry in entries} == {
        ("services/directory", f"signingKeys/{key}") for key in (signing, prepared, rotated)
    }


async def test_operators_who_end_the_keys_together_make_one(
    directory_database: str, clock: FixedClock, door: FrontDoor
) -> None:
    await door.add_member(ANNA)
    await door.sign_in()
    async with door.parts.engine.connect() as held:
        await held.execute(select(LOCKED))
        both = [asyncio.create_task(rotate(directory_database, clock)) for _ in range(2)]

        async def both_wait() -> bool:
            return bool(await held.scalar(WAITING) == 2)

        await eventually(both_wait)
        await held.invalidate()
    one, other = await asyncio.gather(*both)
    assert [one] == [other] == await key_ids(door)
    assert await key_events(door) == ["signing_key.created", "signing_key.ended", "signing_key.created"]


async def test_keys_are_not_ended_with_a_secret_that_the_processes_do_not_have(
    directory_database: str, clock: FixedClock, door: FrontDoor
) -> None:
    await door.add_member(ANNA)
    await door.sign_in()
    known = await key_ids(door)
    with pytest.raises(SealBroken):
        await rotate(directory_database, clock, secret=NEWER)
    assert await key_ids(door) == known
