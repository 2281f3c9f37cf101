"""One run of the bench: the embedded stack, who is signed in, and what was said so far."""

import asyncio
import csv
import io
import json
import math
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

import asyncpg
import grpc
from millrace.leads.v1.lead_pb2 import Lead

from deploy.local.demo.leads import demo_leads
from deploy.local.stack import SERVICES, Stack
from tests.performance.accounting import Costs
from tests.performance.driving import CLIENTS
from tests.performance.figures import Figure
from tests.performance.http_client import Connection

DAY = date(2026, 1, 1)
MOST = 2_000_000
_LEFT = (
    "select exists (select from outbox where published_at is null) or exists (select from audit where place is null)"
)
_UNSCORED = "select exists (select from intent_models) and exists (select from lead_intents where due is not null)"
HEADERS = ("公司名称", "联系人", "职位", "手机", "邮箱", "省份", "城市", "行业", "需求")


@dataclass
class Bench:
    """The system under load."""

    stack: Stack
    figures: list[Figure] = field(default_factory=list)
    token: str = ""
    signed_in: float = -math.inf  # the clock may begin at the machine's start
    invented: Iterator[Lead] = field(default_factory=lambda: demo_leads(MOST, day=DAY, channels=[], campaigns=[]))

    @property
    def costs(self) -> Costs:
        """What the system has cost so far."""
        return Costs(self.stack)

    def say(self, figure: Figure) -> None:
        """Print a figure and keep it."""
        print(figure.line(), flush=True)
        self.figures.append(figure)

    async def sign_in(self) -> str:
        """A token that lives for a while yet."""
        if time.monotonic() - self.signed_in > 240:
            account = json.loads(self.stack.home.demo_accounts.read_text(encoding="utf-8"))[0]
            body = {"email": account["email"], "password": account["password"]}
            session = await Connection(self.stack.port, "").json("POST", "/v1/sessions:signIn", body)
            self.token, self.signed_in = session["accessToken"], time.monotonic()
        return self.token

    async def connections(self) -> list[Connection]:
        """One kept HTTP connection a client."""
        token = await self.sign_in()
        return [Connection(self.stack.port, token) for _ in range(CLIENTS)]

    async def metadata(self) -> tuple[tuple[str, str], ...]:
        """What an RPC carries."""
        return (("authorization", f"Bearer {await self.sign_in()}"),)

    def channel(self, service: str = "leads") -> grpc.aio.Channel:
        """A channel to a service; the caller closes it."""
        return grpc.aio.insecure_channel(self.stack.program(service).addresses()["rpc"])

    def leads(self, count: int) -> list[Lead]:
        """So many leads nobody has seen yet."""
        return list(islice(self.invented, count))

    async def connect(self, service: str) -> "asyncpg.Connection[asyncpg.Record]":
        """A connection to a service's database, as the owner of its tables; the caller closes it."""
        assert self.stack.postgres is not None
        return await asyncpg.connect(self.stack.postgres.url(service).replace("+asyncpg", ""))

    async def settle(self) -> None:
        """Let work end: leads scored, events published and applied, audit sealed, statistics as autovacuum makes."""
        for service in SERVICES:
            connection = await self.connect(service)
            left = (_LEFT, _UNSCORED) if service == "leads" else (_LEFT,)
            while any([await connection.fetchval(each) for each in left]):  # noqa: ASYNC110 - it happens in another process
                await asyncio.sleep(0.2)
            await connection.execute("vacuum analyze")
            await connection.close()
        while await asyncio.to_thread(self._lag):  # noqa: ASYNC110 - it happens in another process
            await asyncio.sleep(0.2)

    def _lag(self) -> float:
        """How many events the consumers of all services have still to apply."""
        return sum(self.metric(service, "millrace_consumer_lag_events") for service in SERVICES)

    def metric(self, service: str, name: str) -> float:
        """The sum of a metric over its labels, as the service tells it now."""
        address = self.stack.program(service).addresses()["debug"]
        with urllib.request.urlopen(f"http://{address}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith((f"{name}{{", f"{name} ")))

    async def import_leads(self, count: int) -> dict[str, Any]:
        """Import so many as a CSV file; the import when it is finished, with the `seconds` it took."""
        file = as_csv(self.leads(count))
        connection = Connection(self.stack.port, await self.sign_in())
        began = time.perf_counter()
        path = "/v1/leadImports:upload?fileName=bench.csv"
        made = json.loads(await connection.ask("POST", path, file, "text/csv"))
        preview = await connection.json("POST", f"/v1/{made['name']}:preview", {})
        start = {"columns": preview["columns"], "etag": preview["leadImport"]["etag"]}
        await connection.json("POST", f"/v1/{made['name']}:start", start)
        while True:
            token = await self.sign_in()
            state: dict[str, Any] = await Connection(self.stack.port, token).json("GET", f"/v1/{made['name']}")
            if state["state"] == "LEAD_IMPORT_STATE_FINISHED":
                return state | {"seconds": time.perf_counter() - began}
            if state["state"] not in {"LEAD_IMPORT_STATE_RUNNING", "LEAD_IMPORT_STATE_PREVIEWED"}:
                raise RuntimeError(f"the import ended as {state}")
            await asyncio.sleep(0.2)


def as_csv(leads: list[Lead]) -> bytes:
    """Leads as a person's list."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADERS)
    for lead in leads:
        where = (lead.address.province, lead.address.city)
        writer.writerow(
            [
                lead.company_name,
                lead.contact_name,
                lead.job_title,
                lead.phone,
                lead.email,
                *where,
                lead.industry,
                lead.need,
            ]
        )
    return text.getvalue().encode("utf-8-sig")


def lead_json(lead: Lead) -> dict[str, Any]:
    """A lead as a browser sends it."""
    return {
        "companyName": lead.company_name,
        "contactName": lead.contact_name,
        "phone": lead.phone,
        "email": lead.email,
        "address": {"province": lead.address.province, "city": lead.address.city, "country": "CN"},
        "industry": lead.industry,
        "need": lead.need,
    }
