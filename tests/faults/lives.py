"""Sellers who drive leads through their whole life and give up no request, whoever is killed meanwhile."""

import asyncio
import itertools
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from deploy.local.stack import Stack
from tests.support.waiting import eventually

GIVE_UP_SECONDS = 90
JSON = dict[str, Any]
PDF = b"%PDF-1.7 requirements"
CRITERIA = ("CUSTOMER", "NEED", "BUDGET", "CLOSING", "STATE")
VERDICTS = [{"criterion": f"REGISTRATION_CRITERION_{each}", "met": True} for each in CRITERIA]
# What comes a moment later: its request is repeated until the event it waits for has arrived.
NOT_YET = {"QUOTE_OPPORTUNITY_UNKNOWN", "GATE_UNMET", "OPPORTUNITY_GATE_UNMET"}


class GivenUp(Exception):  # noqa: N818 - says what happened
    """A request was refused for good, or never answered in time."""


@dataclass
class Life:
    """One life: its number, and what the answers named."""

    number: int
    named: dict[str, str] = field(default_factory=dict)

    @property
    def company(self) -> str:
        """A company nobody else resembles."""
        return (
            f"杭州{chr(0x5000 + self.number % 9000)}{chr(0x6000 + self.number * 7 % 9000)}第{self.number}科技有限公司"
        )


@dataclass
class Lives:
    """What was begun and what was acknowledged."""

    stack: Stack
    lives: list[Life] = field(default_factory=list)
    ended: list[Life] = field(default_factory=list)
    answered: set[str] = field(default_factory=set)
    given_up: list[str] = field(default_factory=list)
    repeats: int = 0
    stopped: bool = False
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    seller: httpx.AsyncClient = field(init=False)
    director: httpx.AsyncClient = field(init=False)
    legal: httpx.AsyncClient = field(init=False)
    book: JSON = field(init=False)

    async def run(self, *, sellers: int, meanwhile: Callable[[], Awaitable[Any]]) -> None:
        """Live until what happens meanwhile is over; lives that have begun are lived to their end."""
        self.seller, self.director, self.legal = [
            await signed_in(self.stack, role) for role in ("administrator", "sales_director", "legal")
        ]
        try:
            await self._set_up()
            work = [asyncio.create_task(self._live()) for _ in range(sellers)]
            await meanwhile()
            self.stopped = True
            await asyncio.gather(*work)
        finally:
            for client in (self.seller, self.director, self.legal):
                await client.aclose()

    async def _set_up(self) -> None:
        told = {
            "code": "QC-PRO",
            "displayName": "渠成专业版",
            "unit": "套",
            "taxRate": {"value": "0.06"},
            "active": True,
        }
        product = await self.ask("product", "products", told, by=self.director)
        entries = [{"product": product["name"], "unitPrice": {"value": "999.99"}}]
        told = {"displayName": "标准价目表", "currency": "CNY", "active": True, "entries": entries}
        self.book = await self.ask("book", "priceBooks", told, by=self.director)

    async def _live(self) -> None:
        while not self.stopped:
            life = Life(next(self.numbers))
            self.lives.append(life)
            try:
                await self._sell(life)
                await self._contract(life)
                await self._collect(life)
            except GivenUp as given_up:
                self.given_up.append(f"{life.number}: {given_up}")
            else:
                self.ended.append(life)

    async def _sell(self, life: Life) -> None:
        lead = await self._step(life, "lead", "leads", lead_of(life))
        choice = {"expectedCloseDate": day(60), "followUpState": "FOLLOW_UP_STATE_FIRST_CONTACT"}
        await self.ask(f"{life.number}-convert", f"{lead}:convert", choice)
        converted = await self.until(lead, lambda seen: seen["state"] == "LEAD_STATE_CONVERTED")
        life.named |= {key: converted["conversion"][key] for key in ("account", "contact", "registration")}
        registration = await self.until(life.named["registration"], lambda seen: bool(seen["approval"]))
        judged = {
            "outcome": "REVIEW_OUTCOME_APPROVE",
            "verdicts": VERDICTS,
            "contentHash": registration["contentHash"],
        }
        reviewed = await self.ask(f"{life.number}-review", f"{registration['name']}:review", judged, by=self.director)
        life.named["opportunity"] = opportunity = reviewed["opportunity"]
        await self._step(life, "evidence", f"{opportunity}/evidence:upload", None)
        await self.ask(f"{life.number}-quoting", f"{opportunity}:move", {"stage": "quote"})

    async def _contract(self, life: Life) -> None:
        opportunity = life.named["opportunity"]
        line = {"product": self.book["entries"][0]["product"], "quantity": {"value": str(1 + life.number % 97)}}
        wish = {"opportunity": opportunity, "priceBook": self.book["name"], "lines": [line]}
        quote = await self._step(life, "quote", "quotes", wish | {"totalDiscount": {"value": "0.1234"}})
        await self.ask(f"{life.number}-submit", f"{quote}:submit", {})
        await self.ask(f"{life.number}-offer", f"{quote}:send", {})
        await self.ask(f"{life.number}-negotiate", f"{opportunity}:move", {"stage": "negotiation"})
        found = await self.until(
            "contracts", lambda seen: any(each["approval"] for each in seen["contracts"]), opportunity=opportunity
        )
        contract = life.named["contract"] = found["contracts"][0]["name"]
        asked = await self.until(found["contracts"][0]["approval"], lambda seen: bool(seen["contentHash"]))
        agreed = {"contentHash": asked["contentHash"]}
        await self.ask(f"{life.number}-legal", f"{asked['name']}:approve", agreed, by=self.legal)
        link = await self.ask(f"{life.number}-send", f"{contract}:send", {})
        intent = {"code": link["code"], "signerName": "王小明", "intent": "我已阅读并同意签署本合同"}
        await self.ask(f"{life.number}-sign", f"signatureLinks/{link['token']}:sign", intent)

    async def _collect(self, life: Life) -> None:
        contract = await self.until(life.named["contract"], lambda seen: bool(seen.get("signTime")))
        for part, share in enumerate(halves(contract["amount"])):
            told = {
                "externalReference": f"BANK-{life.number}-{part}",
                "method": "RECEIPT_METHOD_TRANSFER",
                "receiveDate": day(0),
                "amount": share,
                "contract": contract["name"],
            }
            receipt = await self._step(life, f"receipt-{part}", "receipts", told)
            await self.ask(f"{life.number}-allocate-{part}", f"{receipt}:allocate", {})
        await self.until(life.named["opportunity"], lambda seen: bool(seen.get("settleTime")))

    async def _step(self, life: Life, what: str, path: str, body: JSON | None) -> str:
        made = await self.ask(f"{life.number}-{what}", path, body)
        life.named[what] = made["name"]
        return str(made["name"])

    async def ask(self, key: str, path: str, body: JSON | None, *, by: httpx.AsyncClient | None = None) -> JSON:
        """A command with one request id until it is answered; without a body it brings the requirement document."""
        headers = {"idempotency-key": f"life-{key}"}
        params = {}
        if body is None:
            params = {"kind": "EVIDENCE_KIND_REQUIREMENT_DOCUMENT", "fileName": "需求.pdf"}
            headers["content-type"] = "application/pdf"
        content = PDF if body is None else json.dumps(body).encode()
        if body is not None:
            headers["content-type"] = "application/json"
        client = by or self.seller
        answer = await self.repeat(
            lambda: client.post(f"/v1/{path}", content=content, params=params, headers=headers), path
        )
        self.answered.add(headers["idempotency-key"])
        return answer

    async def until(self, path: str, true: Callable[[JSON], bool], *, opportunity: str = "") -> JSON:
        """What is read, once it is so."""
        params = {"filter": f'opportunity = "{opportunity}"'} if opportunity else {}
        limit = time.monotonic() + GIVE_UP_SECONDS
        while True:
            found = await self.repeat(lambda: self.seller.get(f"/v1/{path}", params=params), path)
            if true(found):
                return found
            if time.monotonic() > limit:
                raise GivenUp(f"{path}: {str(found)[:600]}")
            await asyncio.sleep(0.1)

    async def repeat(self, send: Callable[[], Awaitable[httpx.Response]], path: str) -> JSON:
        """The answer, asked for until it comes; raises GivenUp."""
        limit = time.monotonic() + GIVE_UP_SECONDS
        while True:
            try:
                answer = await send()
                if answer.status_code == 200:
                    return dict(answer.json())
                told = f"{path}: {answer.status_code} {answer.text[:400]}"
                if for_good(answer):
                    raise GivenUp(told)
            except httpx.TransportError as error:
                told = f"{path}: {error!r}"
            self.repeats += 1
            if time.monotonic() > limit:
                raise GivenUp(told)
            await asyncio.sleep(0.1)


def for_good(answer: httpx.Response) -> bool:
    """Whether asking again is of no use."""
    if answer.status_code >= 500 or answer.status_code in {409, 429}:
        return False
    return answer.json().get("reason") not in NOT_YET


def lead_of(life: Life) -> JSON:
    """A lead that tells all six fields of a registration but when it closes, which the conversion tells."""
    return {
        "companyName": life.company,
        "contactName": "王小明",
        "phone": f"139{10_000_000 + life.number * 7919:08}",
        "need": f"为 {life.number + 10} 名销售上线商机与合同管理系统，替换现有表格，年底前完成验收。",
        "budgetMin": {"currencyCode": "CNY", "units": "50000"},
        "budgetMax": {"currencyCode": "CNY", "units": "90000"},
    }


def halves(amount: JSON) -> list[JSON]:
    """An amount in two parts."""
    cents = int(amount["units"]) * 100 + int(amount.get("nanos", 0)) // 10_000_000
    return [
        {"currencyCode": "CNY", "units": str(part // 100), "nanos": part % 100 * 10_000_000}
        for part in (cents // 2, cents - cents // 2)
    ]


def day(ahead: int) -> JSON:
    """A day from today."""
    told = datetime.now(UTC) + timedelta(days=ahead)
    return {"year": told.year, "month": told.month, "day": told.day}


async def signed_in(stack: Stack, role: str) -> httpx.AsyncClient:
    """A client signed in with the demo account of a role."""
    client = httpx.AsyncClient(base_url=stack.url, timeout=15)
    accounts = json.loads(stack.home.demo_accounts.read_text(encoding="utf-8"))
    account = next(each for each in accounts if each["role"] == role)
    body = {"email": account["email"], "password": account["password"]}

    async def ask() -> httpx.Response:
        session = await client.post("/v1/sessions:signIn", json=body)
        assert session.status_code == 200, session.text
        return session

    session = await eventually(ask, within=30)
    client.headers["authorization"] = f"Bearer {session.json()['accessToken']}"
    return client


async def funnel(lives: Lives) -> tuple[int, int]:
    """Opportunities won and contracts signed this year and last, as the figures tell them to people."""
    days = {"startDate": {"year": 2020, "month": 1, "day": 1}, "endDate": {"year": 2099, "month": 12, "day": 31}}
    selection = {"selection": {"period": days}}
    director = await signed_in(lives.stack, "administrator")
    try:
        told = (await director.post("/v1/figures:queryFunnel", json=selection)).json()
        sales = (await director.post("/v1/figures:querySales", json=selection)).json()
    finally:
        await director.aclose()
    return int(told["total"]["steps"][-1]["count"]), int(sales["total"]["orders"])
