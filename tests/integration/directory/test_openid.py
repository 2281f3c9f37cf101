"""Sign-in by the enterprise's own provider, against a real provider process."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import grpc
import httpx
import pytest
from millrace.directory.v1 import session_pb2, session_service_pb2

from tests.integration.directory.front_door import FrontDoor, open_front_door, refused
from tests.support.clock import FixedClock

REDIRECT_URI = "http://127.0.0.1:8080/signed-in"
SECRET = "provider-secret: with/signs & more"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The address of a running provider."""
    arguments = [sys.executable, "-m", "tests.support.openid_provider"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.kill()


@pytest.fixture
def clock() -> FixedClock:
    """The provider lives by the machine's clock."""
    return FixedClock(datetime.now(UTC))


def settings(provider: str, secret: str = SECRET) -> dict[str, str]:
    return {
        "MILLRACE_OPENID_ISSUER": provider,
        "MILLRACE_OPENID_CLIENT_ID": "millrace",
        "MILLRACE_OPENID_CLIENT_SECRET": secret,
    }


@pytest.fixture
async def door(directory_database: str, clock: FixedClock, provider: str) -> AsyncIterator[FrontDoor]:
    async with open_front_door(directory_database, clock, settings(provider)) as opened:
        yield opened


async def start(door: FrontDoor) -> session_service_pb2.StartOpenIdSignInResponse:
    request = session_service_pb2.StartOpenIdSignInRequest(redirect_uri=REDIRECT_URI)
    answer: session_service_pb2.StartOpenIdSignInResponse = await door.sessions.StartOpenIdSignIn(request)
    return answer


async def visit(started: session_service_pb2.StartOpenIdSignInResponse, login: str) -> dict[str, str]:
    """What a browser brings back from the provider."""
    async with httpx.AsyncClient(trust_env=False) as browser:
        response = await browser.get(f"{started.authorization_url}&login={login.replace('+', '%2B')}")
    assert response.status_code == 302, response.text
    assert response.headers["location"].startswith(REDIRECT_URI)
    return dict(parse_qsl(urlsplit(response.headers["location"]).query))


async def finish(
    door: FrontDoor, started: session_service_pb2.StartOpenIdSignInResponse, code: str, **changed: str
) -> session_pb2.Session:
    request = session_service_pb2.FinishOpenIdSignInRequest(
        code=code,
        redirect_uri=changed.get("redirect_uri", REDIRECT_URI),
        code_verifier=changed.get("code_verifier", started.code_verifier),
        nonce=changed.get("nonce", started.nonce),
    )
    answer: session_pb2.Session = await door.sessions.FinishOpenIdSignIn(request)
    return answer


async def sign_in(door: FrontDoor, login: str) -> session_pb2.Session:
    started = await start(door)
    back = await visit(started, login)
    assert back["state"] == started.state
    return await finish(door, started, back["code"])


async def test_whom_the_provider_vouches_for_signs_in_as_the_member_with_the_address(door: FrontDoor) -> None:
    anna = await door.add_member("anna@yunfan.example", "sales", password=None)
    session = await sign_in(door, "anna")
    assert session.member == f"members/{anna}"
    assert session.method == session_pb2.SIGN_IN_METHOD_OPENID
    assert (await door.refresh(session.refresh_token)).name == session.name


async def test_the_providers_subject_stays_linked_when_addresses_change_hands(door: FrontDoor) -> None:
    anna = await door.add_member("anna@yunfan.example", password=None)
    await sign_in(door, "anna")
    assert (await sign_in(door, "anna+no-address")).member == f"members/{anna}"


async def test_somebody_who_is_no_member_cannot_sign_in(door: FrontDoor) -> None:
    async with refused("SIGN_IN_FAILED"):
        await sign_in(door, "stranger")
    assert len(await door.rows("select 1 from audit where action = 'sign-in.failed'")) == 1


@pytest.mark.parametrize("login", ["anna+unverified", "anna+no-address"])
async def test_an_address_the_provider_has_not_verified_links_nobody(door: FrontDoor, login: str) -> None:
    await door.add_member("anna@yunfan.example", password=None)
    async with refused("SIGN_IN_FAILED"):
        await sign_in(door, login)
    assert await door.rows("select 1 from sessions") == []


@pytest.mark.parametrize(
    "fault",
    [
        "wrong-issuer",
        "wrong-audience",
        "shared-audience",
        "other-party",
        "wrong-nonce",
        "expired",
        "not-yet",
        "nobody",
        "unsigned",
        "shared-secret",
        "strangers-key",
    ],
)
async def test_an_id_token_with_a_fault_is_refused(door: FrontDoor, fault: str) -> None:
    await door.add_member("anna@yunfan.example", password=None)
    async with refused("OPENID_REFUSED"):
        await sign_in(door, f"anna+{fault}")
    assert (await sign_in(door, "anna")).access_token


async def test_a_code_serves_once_and_only_with_its_proof_key_and_nonce(door: FrontDoor) -> None:
    await door.add_member("anna@yunfan.example", password=None)
    for changed in ({"code_verifier": "v" * 43}, {"nonce": "n" * 43}, {"redirect_uri": "https://evil.example/"}):
        started = await start(door)
        code = (await visit(started, "anna"))["code"]
        async with refused("OPENID_REFUSED"):
            await finish(door, started, code, **changed)
    started = await start(door)
    code = (await visit(started, "anna"))["code"]
    assert (await finish(door, started, code)).access_token
    async with refused("OPENID_REFUSED"):
        await finish(door, started, code)
    assert len(await door.rows("select 1 from sessions")) == 1


async def test_a_wrong_client_secret_is_refused_by_the_provider(
    directory_database: str, clock: FixedClock, provider: str
) -> None:
    values = settings(provider, "wrong")
    async with open_front_door(directory_database, clock, values) as door:
        await door.add_member("anna@yunfan.example", password=None)
        async with refused("OPENID_REFUSED"):
            await sign_in(door, "anna")
        assert await door.rows("select 1 from sessions") == []


async def test_without_settings_there_is_no_provider(directory_database: str, clock: FixedClock) -> None:
    async with open_front_door(directory_database, clock, {}) as door, refused("OPENID_NOT_CONFIGURED"):
        assert not await offers_openid(door)
        await start(door)


async def test_a_page_learns_that_there_is_a_provider(door: FrontDoor) -> None:
    assert await offers_openid(door)


async def offers_openid(door: FrontDoor) -> bool:
    options = await door.sessions.GetSignInOptions(session_service_pb2.GetSignInOptionsRequest())
    return bool(options.openid)


@pytest.mark.parametrize("issuer", ["http://127.0.0.1:1", "{provider}/"])
async def test_a_provider_that_does_not_answer_as_itself_is_out_of_reach(
    directory_database: str, clock: FixedClock, provider: str, issuer: str
) -> None:
    values = settings(issuer.format(provider=provider))
    async with open_front_door(directory_database, clock, values) as door:
        async with refused("OPENID_UNAVAILABLE") as told:
            await start(door)
        assert told.code is grpc.StatusCode.UNAVAILABLE
