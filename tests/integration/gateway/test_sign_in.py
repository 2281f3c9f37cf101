"""Sign-in of browsers, and what guards the door."""

import asyncio
from urllib.parse import urlsplit

import httpx
import pytest

from gateway.transcoding import door
from kernel.errors import Unauthenticated
from tests.integration.gateway.neighbour import Neighbour
from tests.support.waiting import eventually

ORIGIN = {"Origin": "http://millrace.example"}
LEAD = "/v1/leads/018f0000-0000-7000-8000-000000000001"


async def sign_in(client: httpx.AsyncClient) -> httpx.Response:
    body = {"email": "anna@millrace.example", "password": "secret"}
    return await client.post("/sign-in/password", json=body, headers=ORIGIN)


async def test_a_browser_signs_in_and_its_cookie_speaks_for_it(client: httpx.AsyncClient, neighbour: Neighbour) -> None:
    answer = await sign_in(client)
    assert answer.json() == {"member": "members/1", "memberDisplayName": "安娜"}
    await client.get(LEAD)
    assert neighbour.metadata[-1]["authorization"] == "Bearer access-0"


async def test_no_script_and_no_foreign_page_gets_the_tokens(client: httpx.AsyncClient) -> None:
    answer = await sign_in(client)
    cookie = answer.headers["set-cookie"]
    assert "access-0" not in answer.text + cookie
    assert "refresh-0" not in answer.text + cookie
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))


async def test_behind_tls_the_cookie_is_secure_and_bound_to_the_host(client: httpx.AsyncClient) -> None:
    client.base_url = httpx.URL("https://millrace.example")
    body = {"email": "anna@millrace.example", "password": "secret"}
    answer = await client.post("/sign-in/password", json=body, headers={"Origin": "https://millrace.example"})
    assert answer.headers["set-cookie"].startswith("__Host-millrace=")
    assert answer.headers["set-cookie"].endswith("; Secure")
    assert answer.headers["strict-transport-security"]


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://evil.example"}, {"Origin": "null"}])
async def test_a_write_with_the_cookie_from_a_foreign_page_is_refused(
    client: httpx.AsyncClient, neighbour: Neighbour, headers: dict[str, str]
) -> None:
    await sign_in(client)
    asked = len(neighbour.asked)
    answer = await client.post("/v1/leads", json={"companyName": "x"}, headers=headers)
    assert (answer.status_code, answer.json()["reason"]) == (403, "ORIGIN_REFUSED")
    assert len(neighbour.asked) == asked


async def test_a_write_with_a_bearer_token_needs_no_origin(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/leads", json={"companyName": "x"}, headers={"Authorization": "Bearer abc"})
    assert answer.status_code == 200


async def test_requests_that_come_together_share_one_renewal(client: httpx.AsyncClient, neighbour: Neighbour) -> None:
    neighbour.token_seconds = 30
    await sign_in(client)
    neighbour.token_seconds = 600
    neighbour.pause = 0.05
    answers = await asyncio.gather(*(client.get(LEAD) for _ in range(5)))
    assert [each.status_code for each in answers] == [200] * 5
    assert neighbour.renewals == 1
    assert neighbour.metadata[-1]["authorization"] == "Bearer access-1"


async def test_a_renewal_takes_its_time_from_the_call_and_is_kept_for_the_next(
    client: httpx.AsyncClient, neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    neighbour.token_seconds = 30
    await sign_in(client)
    neighbour.token_seconds, neighbour.pause = 600, 0.5
    monkeypatch.setattr(door, "READ_SECONDS", 0.1)
    late = await client.get(LEAD)
    assert (late.status_code, late.json()["reason"]) == (504, "DEADLINE_PASSED")
    assert neighbour.renewals == 0  # nobody waited for it
    await eventually(lambda: neighbour.renewals == 1)
    neighbour.pause = 0
    monkeypatch.undo()
    assert (await client.get(LEAD)).status_code == 200
    assert neighbour.renewals == 1


async def test_a_browser_that_never_saw_its_new_cookie_is_renewed_when_that_has_ended_too(
    client: httpx.AsyncClient, neighbour: Neighbour
) -> None:
    neighbour.token_seconds = 30
    await sign_in(client)
    old = dict(client.cookies)
    neighbour.token_seconds = -1
    await client.get(LEAD)
    neighbour.token_seconds = 600
    for _ in range(2):
        client.cookies = httpx.Cookies(old)
        answer = await client.get(LEAD)
        assert neighbour.metadata[-1]["authorization"] == "Bearer access-2"
        assert "millrace=" in answer.headers["set-cookie"]
    assert [each.refresh_token for each in neighbour.asked if hasattr(each, "refresh_token")] == [
        "refresh-0",
        "refresh-1",
    ]


async def test_a_session_that_was_ended_takes_the_cookie_away(client: httpx.AsyncClient, neighbour: Neighbour) -> None:
    neighbour.token_seconds = 30
    await sign_in(client)
    neighbour.refusals = [Unauthenticated(), Unauthenticated()]
    answer = await client.get(LEAD)
    assert answer.status_code == 401
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert "authorization" not in neighbour.metadata[-1]


async def test_a_cookie_somebody_altered_is_no_cookie(client: httpx.AsyncClient, neighbour: Neighbour) -> None:
    await client.get(LEAD, headers={"Cookie": "millrace=AAAA"})
    assert "authorization" not in neighbour.metadata[-1]


async def test_signing_out_ends_the_session_and_takes_the_cookie_away(
    client: httpx.AsyncClient, neighbour: Neighbour
) -> None:
    await sign_in(client)
    answer = await client.post("/sign-out", headers=ORIGIN)
    assert neighbour.metadata[-1]["authorization"] == "Bearer access-0"
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert not client.cookies


async def test_the_provider_sends_the_browser_back_signed_in(client: httpx.AsyncClient, neighbour: Neighbour) -> None:
    away = await client.get("/sign-in/openid")
    assert away.status_code == 303
    assert urlsplit(away.headers["location"]).netloc == "id.example"
    back = await client.get("/sign-in/openid/callback", params={"state": "s-1", "code": "c-1"})
    asked = neighbour.asked[-1]
    assert (back.status_code, back.headers["location"]) == (303, "/")
    assert (asked.code, asked.code_verifier, asked.nonce) == ("c-1", "v-1", "n-1")
    assert asked.redirect_uri == "http://millrace.example/sign-in/openid/callback"


@pytest.mark.parametrize("state", ["s-2", ""])
async def test_a_return_that_this_browser_did_not_begin_is_refused(client: httpx.AsyncClient, state: str) -> None:
    await client.get("/sign-in/openid")
    answer = await client.get("/sign-in/openid/callback", params={"state": state, "code": "c-1"})
    assert (answer.status_code, answer.json()["reason"]) == (401, "SIGN_IN_EXPIRED")


async def test_a_return_without_the_sealed_cookie_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get("/sign-in/openid/callback", params={"state": "s-1", "code": "c-1"})
    assert answer.status_code == 401


async def test_too_many_writes_without_a_session_are_held_back(client: httpx.AsyncClient) -> None:
    body = {"email": "anna@millrace.example", "password": "x"}
    answers = [await client.post("/v1/sessions:signIn", json=body) for _ in range(8)]
    assert [each.status_code for each in answers[:6]] == [200] * 6
    assert answers[7].status_code == 429
    assert int(answers[7].headers["retry-after"]) >= 1


async def test_a_host_that_is_not_ours_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get("/", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.json()["reason"]) == (421, "HOST_REFUSED")


async def test_every_answer_carries_the_guarding_headers(client: httpx.AsyncClient) -> None:
    for path in ("/", "/docs", "/openapi.json", LEAD, "/v1/nothing", "/assets/leads.js"):
        answer = await client.get(path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"]
    assert (await client.get(LEAD)).headers["cache-control"] == "no-store"


async def test_the_pages_load_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    for path in ("/", "/docs", "/assets/leads.js", "/assets/docs.js", "/assets/style.css"):
        answer = await client.get(path)
        assert answer.status_code == 200
        assert "http://" not in answer.text
        assert "https://" not in answer.text


async def test_a_secret_in_the_authorization_header_must_be_a_token(client: httpx.AsyncClient) -> None:
    answer = await client.get(LEAD, headers=[(b"authorization", b"Bearer \xff\xfe")])
    assert answer.status_code == 401
