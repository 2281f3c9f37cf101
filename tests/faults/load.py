"""Writers that never give up a request: each creates leads through the gateway until told to stop, and keeps count."""

import asyncio
import itertools
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import httpx

from deploy.local.stack import Stack
from tests.support.waiting import eventually

GIVE_UP_SECONDS = 60
NEW_TOKEN_SECONDS = 240  # a token is good for ten minutes
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周徐孙", "伟芳娜敏静丽强磊军洋勇艳"


@dataclass
class Load:
    """What was asked and what was acknowledged, by request id."""

    stack: Stack
    url: str = ""
    acknowledged: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    stopped: bool = False
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    async def run(self, *, writers: int, seconds: float, meanwhile: Callable[[], Awaitable[Any]]) -> None:
        """Write for so long while something happens."""
        self.url = self.url or self.stack.url
        client = await signed_in(self.stack, self.url)
        try:
            work = [asyncio.create_task(self._write(client)) for _ in range(writers)]
            renewal = asyncio.create_task(self._stay_signed_in(client))
            began = time.monotonic()
            await meanwhile()
            await asyncio.sleep(max(0.0, seconds - (time.monotonic() - began)))
            self.stopped = True
            await asyncio.gather(*work)
            renewal.cancel()
        finally:
            await client.aclose()

    async def _stay_signed_in(self, client: httpx.AsyncClient) -> None:
        while True:
            await asyncio.sleep(NEW_TOKEN_SECONDS)
            await sign_in(client, self.stack)

    async def _write(self, client: httpx.AsyncClient) -> None:
        while not self.stopped:
            number = next(self.numbers)
            await self._create(client, f"fault-{number}", lead(number))

    async def _create(self, client: httpx.AsyncClient, key: str, body: dict[str, str]) -> None:
        """Create one lead, with the same request id until it is acknowledged."""
        try:
            answer = await repeated_until_answered(client, body, key, note=self.repeated.append)
        except Refused as refused:
            self.refused.append(str(refused))
        else:
            self.acknowledged[key] = answer.json()["name"]


class Refused(Exception):  # noqa: N818 - says what happened
    """The request was refused for good, or never answered in time."""


async def repeated_until_answered(
    client: httpx.AsyncClient, body: dict[str, str], key: str, *, note: Callable[[str], None] = lambda _: None
) -> httpx.Response:
    """Create a lead, with the same request id until it is answered; raises Refused. `note` is told of every repeat."""
    limit = time.monotonic() + GIVE_UP_SECONDS
    while True:
        try:
            answer = await client.post("/v1/leads", json=body, headers={"idempotency-key": key})
            if answer.status_code == 200:
                return answer
            told = f"{answer.status_code} {answer.text[:300]}"
            if answer.status_code < 500 and answer.status_code not in {409, 429}:
                raise Refused(told)
        except httpx.TransportError as error:
            told = repr(error)
        note(told)
        if time.monotonic() > limit:
            raise Refused(told)
        await asyncio.sleep(0.05)


def lead(number: int) -> dict[str, str]:
    """A person nobody else resembles."""
    first, second = divmod(number, 12)
    digits = str(number * 7919 + 10_000_000_000)[-10:]
    return {
        "contactName": f"{SURNAMES[second]}{GIVEN[first % 12]}{chr(0x5000 + number % 4000)}",
        "phone": f"1{digits}" if digits[0] in "3578" else f"13{digits[1:]}",
        "need": f"需要 {number} 套",
    }


async def signed_in(stack: Stack, url: str) -> httpx.AsyncClient:
    """A client signed in as the administrator."""
    client = httpx.AsyncClient(base_url=url, timeout=15)
    await sign_in(client, stack)
    return client


async def sign_in(client: httpx.AsyncClient, stack: Stack) -> None:
    """Give the client a token of the next ten minutes."""
    account = json.loads(stack.home.demo_accounts.read_text(encoding="utf-8"))[0]
    body = {"email": account["email"], "password": account["password"]}

    async def ask() -> httpx.Response:
        session = await client.post("/v1/sessions:signIn", json=body)
        assert session.status_code == 200, session.text
        return session

    session = await eventually(ask, within=30)
    client.headers["authorization"] = f"Bearer {session.json()['accessToken']}"


async def rows(stack: Stack, service: str, query: str) -> list[tuple[Any, ...]]:
    """What a query finds in a service's database."""
    assert stack.postgres is not None
    url = stack.postgres.url(service).replace("postgresql+asyncpg", "postgresql")
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def all_published(stack: Stack, *, within: float, service: str = "leads") -> None:
    """Wait until nothing committed is unpublished."""

    async def none_left() -> None:
        left = await rows(stack, service, "select count(*) from outbox where published_at is null")
        assert left == [(0,)], f"unpublished: {left}"

    await eventually(none_left, within=within, every=0.2)
