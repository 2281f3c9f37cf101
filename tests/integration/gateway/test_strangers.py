"""Whose word counts at the door: pages of another origin, and proxies that say who calls."""

import httpx
import pytest

from tests.integration.gateway.conftest import listening_gateway
from tests.integration.gateway.neighbour import Neighbour

LEAD = "/v1/leads/018f0000-0000-7000-8000-000000000001"
OURS, FOREIGN = "https://crm.example", "https://evil.example"
SIGN_IN = {"email": "anna@millrace.example", "password": "x"}


async def test_a_page_of_an_allowed_origin_may_call_and_another_may_not(neighbour: Neighbour) -> None:
    asked = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization,if-match"}
    told = {"MILLRACE_GATEWAY_ALLOWED_ORIGINS": OURS}
    async with listening_gateway(neighbour, told) as gateway, httpx.AsyncClient(base_url=f"http://{gateway}") as client:
        allowed = await client.options(LEAD, headers={"Origin": OURS, **asked})
        read = await client.get(LEAD, headers={"Origin": OURS, "Authorization": "Bearer x"})
        refused = await client.options(LEAD, headers={"Origin": FOREIGN, **asked})
        unread = await client.get(LEAD, headers={"Origin": FOREIGN, "Authorization": "Bearer x"})
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == OURS
    assert "PATCH" in allowed.headers["access-control-allow-methods"]
    assert (read.status_code, read.headers["access-control-allow-origin"]) == (200, OURS)
    assert "ETag" in read.headers["access-control-expose-headers"]
    assert refused.status_code == 400
    assert not {name for name in (*refused.headers, *unread.headers) if name == "access-control-allow-origin"}


async def test_without_allowed_origins_no_page_of_another_may_call(listening: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{listening}") as client:
        answer = await client.options(LEAD, headers={"Origin": OURS, "Access-Control-Request-Method": "GET"})
    assert answer.status_code == 405
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("trusted", "counted"), [("127.0.0.1", "each its own"), ("10.0.0.9", "all as one")], ids=["ours", "somebody's"]
)
async def test_only_a_trusted_proxys_word_on_who_calls_counts(neighbour: Neighbour, trusted: str, counted: str) -> None:
    told = {"MILLRACE_GATEWAY_TRUSTED_PROXIES": trusted, "MILLRACE_GATEWAY_RATE_OF_PUBLIC_WRITES": "1"}
    callers = [f"203.0.113.{number}" for number in range(6)]
    async with listening_gateway(neighbour, told) as gateway, httpx.AsyncClient(base_url=f"http://{gateway}") as client:
        answers = [
            await client.post("/v1/sessions:signIn", json=SIGN_IN, headers={"X-Forwarded-For": caller})
            for caller in callers
        ]
    seen = [str(each["millrace-client-address"]) for each in neighbour.metadata]
    if counted == "each its own":
        assert {each.status_code for each in answers} == {200}
        assert seen == callers
    else:
        assert answers[-1].status_code == 429
        assert set(seen) == {"127.0.0.1"}
