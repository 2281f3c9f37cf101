"""Sessions: renewed by tokens that serve once, ended for all when one serves twice."""

import asyncio
from collections.abc import AsyncIterator

import grpc
import pytest
from millrace.directory.v1 import session_service_pb2
from millrace.directory.v1.member_pb2 import Member
from millrace.directory.v1.member_service_pb2 import DeactivateMemberRequest
from sqlalchemy import text

from chassis.rpc.call import Call
from kernel.errors import Unauthenticated
from services.directory.commands import OPERATOR
from services.directory.rpc.member_servicer import MemberServicer
from services.directory.sign_in import token_verifier
from services.directory.storage.sessions import forget_old_sessions, revoked_since
from tests.integration.directory.front_door import FrontDoor, bearing, open_front_door, reason_of, refused
from tests.support.clock import FixedClock
from tests.support.waiting import eventually

ANNA = "anna@yunfan.example"


@pytest.fixture
async def door(directory_database: str, clock: FixedClock) -> AsyncIterator[FrontDoor]:
    async with open_front_door(directory_database, clock, {}) as opened:
        await opened.add_member(ANNA, "sales")
        yield opened


async def test_each_renewal_hands_out_the_next_refresh_token(door: FrontDoor) -> None:
    session = await door.sign_in()
    tokens = [session.refresh_token]
    for _ in range(3):
        door.clock.travel(minutes=9)
        renewed = await door.refresh(tokens[-1])
        assert renewed.name == session.name
        tokens.append(renewed.refresh_token)
    assert len(set(tokens)) == 4


async def test_a_spent_token_shown_late_ends_the_session_for_everybody(door: FrontDoor) -> None:
    session = await door.sign_in()
    renewed = await door.refresh(session.refresh_token)
    door.clock.travel(seconds=11)
    async with refused("REFRESH_TOKEN_REUSED") as refusal:
        await door.refresh(session.refresh_token)
    assert refusal.code is grpc.StatusCode.UNAUTHENTICATED
    async with refused("SESSION_ENDED"):
        await door.refresh(renewed.refresh_token)
    assert (await door.subjects())[-1] == "session.revoked"
    assert [row.end_reason for row in await door.rows("select end_reason from sessions")] == ["reused"]


async def test_an_older_token_ends_the_session_at_once(door: FrontDoor) -> None:
    first = (await door.sign_in()).refresh_token
    second = (await door.refresh(first)).refresh_token
    await door.refresh(second)
    async with refused("REFRESH_TOKEN_REUSED"):
        await door.refresh(first)


async def test_a_repeat_within_seconds_gets_the_same_successor(door: FrontDoor) -> None:
    session = await door.sign_in()
    first = await door.refresh(session.refresh_token)
    door.clock.travel(seconds=10)
    again = await door.refresh(session.refresh_token)
    assert again.refresh_token == first.refresh_token
    assert (await door.refresh(again.refresh_token)).name == session.name


async def test_tabs_that_renew_at_once_share_one_renewal(door: FrontDoor) -> None:
    session = await door.sign_in()
    renewals = await asyncio.gather(*(door.refresh(session.refresh_token) for _ in range(8)))
    assert len({renewal.refresh_token for renewal in renewals}) == 1
    assert (await door.subjects()).count("session.refreshed") == 1


async def test_a_thief_and_the_owner_cannot_both_go_on(door: FrontDoor) -> None:
    session = await door.sign_in()
    stolen = session.refresh_token
    await door.refresh(stolen)
    door.clock.travel(minutes=9)
    outcomes = await asyncio.gather(door.refresh(stolen), door.refresh(stolen), return_exceptions=True)
    reasons = sorted(reason_of(each) for each in outcomes if isinstance(each, grpc.aio.AioRpcError))
    assert reasons == ["REFRESH_TOKEN_REUSED", "SESSION_ENDED"]


@pytest.mark.parametrize("token", ["x", "a" * 43, "访问"])
async def test_a_token_that_was_never_handed_out_is_refused(door: FrontDoor, token: str) -> None:
    await door.sign_in()
    async with refused("SESSION_ENDED"):
        await door.refresh(token)


async def test_a_session_unused_for_a_week_has_ended(door: FrontDoor) -> None:
    session = await door.sign_in()
    door.clock.travel(days=7)
    async with refused("SESSION_ENDED"):
        await door.refresh(session.refresh_token)


async def test_a_session_ends_after_a_month_however_much_it_is_used(door: FrontDoor) -> None:
    session = await door.sign_in()
    token = session.refresh_token
    for _ in range(4):
        door.clock.travel(days=6)
        token = (await door.refresh(token)).refresh_token
    door.clock.travel(days=6)
    async with refused("SESSION_ENDED"):
        await door.refresh(token)


async def test_a_member_who_left_is_not_renewed(door: FrontDoor) -> None:
    session = await door.sign_in()
    async with door.parts.engine.begin() as connection:
        await connection.execute(text("update members set active = false, version = version + 1"))
    async with refused("SESSION_ENDED"):
        await door.refresh(session.refresh_token)


async def test_signing_out_ends_the_session_and_soon_its_access_token(door: FrontDoor) -> None:
    session = await door.sign_in()
    request = session_service_pb2.SignOutRequest(request_id="sign-out-1")
    await door.sessions.SignOut(request, metadata=bearing(session.access_token))
    await door.sessions.SignOut(request, metadata=bearing(session.access_token))
    async with refused("SESSION_ENDED"):
        await door.refresh(session.refresh_token)

    async def the_token_is_refused() -> bool:
        try:
            await token_verifier(door.parts).verify(session.access_token, door.clock.now())
        except Unauthenticated:
            return True
        return False

    await eventually(the_token_is_refused, within=5)
    assert (await door.subjects()).count("session.revoked") == 1


async def test_a_member_sees_and_ends_his_own_sessions_and_nobody_elses(door: FrontDoor) -> None:
    await door.add_member("bo@yunfan.example", "sales")
    old = await door.sign_in()
    door.clock.travel(minutes=1)
    new, bos = await door.sign_in(), await door.sign_in("bo@yunfan.example")
    mine = bearing(new.access_token)
    listed = await door.sessions.ListSessions(session_service_pb2.ListSessionsRequest(), metadata=mine)
    assert [each.name for each in listed.sessions] == [new.name, old.name]
    assert listed.total_size == 2
    assert {each.access_token + each.refresh_token for each in listed.sessions} == {""}
    revoke = session_service_pb2.RevokeSessionRequest
    await door.sessions.RevokeSession(revoke(name=old.name, request_id="r1"), metadata=mine)
    async with refused("SESSION_ENDED"):
        await door.refresh(old.refresh_token)
    async with refused("NOT_FOUND"):
        await door.sessions.RevokeSession(revoke(name=bos.name), metadata=mine)
    async with refused("NOT_FOUND"):
        await door.sessions.RevokeSession(revoke(name=old.name), metadata=mine)


async def test_an_administrator_ends_any_session(door: FrontDoor) -> None:
    await door.add_member("admin@yunfan.example", "administrator")
    session, admin = await door.sign_in(), await door.sign_in("admin@yunfan.example")
    request = session_service_pb2.RevokeSessionRequest(name=session.name)
    await door.sessions.RevokeSession(request, metadata=bearing(admin.access_token))
    async with refused("SESSION_ENDED"):
        await door.refresh(session.refresh_token)


async def test_sessions_are_listed_in_pages(door: FrontDoor) -> None:
    for _ in range(3):
        session = await door.sign_in()
        door.clock.travel(seconds=1)
    names: list[str] = []
    token = ""
    while True:
        request = session_service_pb2.ListSessionsRequest(page_size=2, page_token=token)
        page = await door.sessions.ListSessions(request, metadata=bearing(session.access_token))
        names += [each.name for each in page.sessions]
        token = page.next_page_token
        if not token:
            break
    assert len(set(names)) == 3
    async with refused("PAGE_TOKEN_INVALID"):
        await door.sessions.ListSessions(
            session_service_pb2.ListSessionsRequest(page_token="x"), metadata=bearing(session.access_token)
        )


async def test_the_oldest_of_more_than_twenty_sessions_ends(door: FrontDoor) -> None:
    first = await door.sign_in()
    for _ in range(20):
        door.clock.travel(seconds=1)
        await door.sign_in()
    async with refused("SESSION_ENDED"):
        await door.refresh(first.refresh_token)
    live = await door.rows("select 1 from sessions where ended_at is null")
    assert len(live) == 20


async def test_old_sessions_are_forgotten_with_their_tokens(door: FrontDoor) -> None:
    await door.refresh((await door.sign_in()).refresh_token)
    async with door.parts.engine.begin() as connection:
        assert await forget_old_sessions(connection, door.clock.travel(days=96)) == 0
        assert await forget_old_sessions(connection, door.clock.travel(days=2)) == 1
        assert await revoked_since(connection, door.clock.now()) == frozenset()
    assert await door.rows("select 1 from refresh_tokens") == []


async def test_a_member_who_leaves_is_signed_out_in_the_same_transaction(door: FrontDoor) -> None:
    await door.add_member("boss@yunfan.example", "administrator")
    first, _second = await door.sign_in(), await door.sign_in()
    others = await door.sign_in("boss@yunfan.example")
    members = MemberServicer(door.parts.store, page_key=b"")
    call = Call(principal=OPERATOR, method="/test/DeactivateMember", now=door.clock.now(), answer_type=Member)
    await members.DeactivateMember(DeactivateMemberRequest(name=first.member), call)
    ended = await door.rows("select member, end_reason from sessions where ended_at is not null")
    assert [(f"members/{row.member}", row.end_reason) for row in ended] == [(first.member, "member_left")] * 2
    assert (await door.subjects())[-2:] == ["session.revoked"] * 2
    transactions = await door.rows("select distinct xmin::text from outbox where subject ~ 'deactivated|revoked'")
    assert len(transactions) == 1
    async with refused("SESSION_ENDED"):
        await door.refresh(first.refresh_token)
    assert (await door.refresh(others.refresh_token)).name == others.name
