"""Gateways and directories are rolled out under load, one of each at a time, and no call is dropped (G22)."""

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from deploy.local.programs import Program, free_address
from deploy.local.stack import Stack
from tests.faults.conftest import Size, started
from tests.faults.doors import Doors, doors_before
from tests.faults.load import all_published, lead, rows
from tests.support.homes import Homes
from tests.support.waiting import eventually

CONNECTS_AGAIN = 2.5  # seconds: callers of a service look for one that was away every two
DIRECTORIES = [free_address(), free_address()]
TOLD = {
    "MILLRACE_DIRECTORY_LISTEN": DIRECTORIES[0],
    "MILLRACE_DIRECTORY_ADDRESS": f"ipv4:{','.join(DIRECTORIES)}",
    "MILLRACE_GATEWAY_DRAIN_SECONDS": "1",
}
SIGN_INS = 20  # of so many calls one is a sign-in


@pytest.fixture
def stack(homes: Homes) -> Iterator[Stack]:
    """A product whose services look for directory at two places."""
    with started(homes, environment=TOLD) as stack:
        yield stack


@pytest.fixture
def rolled(stack: Stack) -> Iterator[Sequence[Program]]:
    """Two directories and two gateways."""
    seconds = [
        another(stack, "directory", MILLRACE_DIRECTORY_LISTEN=DIRECTORIES[1]),
        another(stack, "gateway", MILLRACE_GATEWAY_LISTEN=free_address()),
    ]
    try:
        for program in seconds:
            program.start()
        for program in seconds:
            program.wait()
        yield [stack.program("directory"), seconds[0], stack.program("gateway"), seconds[1]]
    finally:
        for program in seconds:
            program.stop()


def another(stack: Stack, name: str, **told: str) -> Program:
    """One more process of a program."""
    first = stack.program(name)
    return Program(f"{name}-2", first.module, first.arguments, {**first.environment, **told}, first.home)


def renew(program: Program) -> None:
    """Stop it as a roll-out does, and start it anew."""
    program.stop()
    program.start()
    program.wait()


@dataclass
class Callers:
    """One who makes leads and regions, and reads. Only a sign-in, which has no request id, is typed again."""

    stack: Stack
    doors: Doors
    failed: list[str] = field(default_factory=list)
    typed_again: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    stopped: bool = False

    async def work(self) -> None:
        """One call after another."""
        headers = {"authorization": f"Bearer {await self._sign_in('administrator')}"}
        while not self.stopped:
            number = next(self.numbers)
            if number % SIGN_INS == 0:
                await self._sign_in("sales")  # another's: whoever signs in so often ends his own sessions
            kind = ("leads", "regions", "members")[number % 3]
            headers["idempotency-key"] = f"roll-{number}"
            body = {"leads": lead(number), "regions": {"displayName": f"{number}号区"}}.get(kind)
            method, path = "GET" if body is None else "POST", f"/v1/{kind}"
            answer = await self._ask(method, path, failed=self.failed, headers=headers, json=body)
            if "name" in answer:
                self.made.append(answer["name"])

    async def _sign_in(self, role: str) -> str:
        accounts = json.loads(self.stack.home.demo_accounts.read_text(encoding="utf-8"))
        account = next(each for each in accounts if each["role"] == role)
        body = {"email": account["email"], "password": account["password"]}

        async def type_in() -> str:
            session = await self._ask("POST", "/v1/sessions:signIn", failed=self.typed_again, json=body)
            assert session, self.typed_again[-1]
            return str(session["accessToken"])

        return str(await eventually(type_in, within=30, every=0.1))

    async def _ask(self, method: str, path: str, *, failed: list[str], **told: Any) -> dict[str, Any]:
        """The answer; nothing when there is none, which is written down."""
        self.calls[path] += 1
        try:
            answer = await self.doors.request(method, path, **told)
        except httpx.TransportError as error:
            failed.append(f"{method} {path}: {error!r}")
            return {}
        if answer.status_code != 200:
            failed.append(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
            return {}
        return dict(answer.json())


@pytest.mark.timeout(600)
async def test_a_roll_out_of_two_gateways_and_two_directories_drops_no_call(
    stack: Stack, rolled: Sequence[Program], size: Size
) -> None:
    async with doors_before([program for program in rolled if program.module == "gateway"]) as doors:
        callers = Callers(stack, doors)
        work = [asyncio.create_task(callers.work()) for _ in range(size.writers)]
        for directory, gateway in zip(rolled[:2], rolled[2:], strict=True):
            await asyncio.sleep(1)
            await asyncio.gather(asyncio.to_thread(renew, directory), asyncio.to_thread(renew, gateway))
            await asyncio.sleep(CONNECTS_AGAIN)
        callers.stopped = True
        await asyncio.gather(*work)
    assert callers.failed == []
    assert min(callers.calls[f"/v1/{kind}"] for kind in ("leads", "regions", "members", "sessions:signIn")) > 10
    for service, table in (("leads", "leads"), ("directory", "regions")):
        await all_published(stack, within=60, service=service)
        kept = {f"{table}/{uuid}" for (uuid,) in await rows(stack, service, f"select uuid from {table}")}  # noqa: S608 - our own names
        assert {name for name in callers.made if name.startswith(table)} <= kept
    assert len(callers.made) == len(set(callers.made))
