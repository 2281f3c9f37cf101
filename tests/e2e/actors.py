"""The people of a story that is told through HTTP: each signed in, each call made twice with one key."""

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.support.product import Product

JSON = dict[str, Any]


@dataclass
class Actor:
    """One who is signed in, and sends every command twice with one Idempotency-Key, as a bad line does."""

    name: str
    http: httpx.Client
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def do(self, path: str, body: JSON | None = None, *, same: Sequence[str] = (), **told: Any) -> JSON:
        """A command, sent twice: both answers are the same, because there is one effect; or `same` of them is."""
        headers = {"idempotency-key": f"{self.name}-{next(self.numbers)}"}
        sent = {"headers": headers, "json": body if body is not None else {}} | told
        sent["headers"] = headers | told.get("headers", {})
        if "content" in told:
            del sent["json"]
        first = accepted(self.http.post(f"/v1/{path}", **sent))
        again = accepted(self.http.post(f"/v1/{path}", **sent))
        assert {key: again[key] for key in same or again} == {key: first[key] for key in same or first}, (
            f"a repeat of {path} answered otherwise"
        )
        return first

    def refused(self, path: str, body: JSON | None = None) -> JSON:
        """The problem that a command meets."""
        answer = self.http.post(f"/v1/{path}", json=body or {})
        assert 400 <= answer.status_code < 500, answer.text
        return dict(answer.json())

    def asked(self, path: str, body: JSON) -> JSON:
        """The answer to a question, be it a problem."""
        return dict(self.http.post(f"/v1/{path}", json=body).json())

    def see(self, path: str, **parameters: Any) -> JSON:
        """What is read."""
        return accepted(self.http.get(f"/v1/{path}", params=parameters))

    def wait_for(self, path: str, true: Callable[[JSON], Any], **parameters: Any) -> JSON:
        """What is read, once it is so."""
        return self.until(lambda: self.see(path, **parameters), true)

    def until(self, read: Callable[[], JSON], true: Callable[[JSON], Any], *, within: float = 30) -> JSON:
        """What is read, once it is so."""
        limit = time.monotonic() + within
        while True:
            found = read()
            if true(found):
                return found
            assert time.monotonic() < limit, f"after {within} s: {found}"
            time.sleep(0.05)


def accepted(answer: httpx.Response) -> JSON:
    """The answer of a call that succeeds."""
    assert answer.status_code == 200, f"{answer.request.method} {answer.request.url}: {answer.text}"
    return dict(answer.json())


def actor(product: Product, role: str) -> Actor:
    """The demo account of a role."""
    return Actor(role, product.client(role))


def member(product: Product, administrator: Actor, name: str, *, role: str = "") -> Actor:
    """A member, or the one of his team who has a role, signed in with the password the administrator gives out."""
    found = administrator.see(name)
    if role:
        team = administrator.see("members", filter=f'team = "{found["team"]}"', pageSize=200)["members"]
        found = next(each for each in team if role in each["roles"])
    password = f"Qucheng-{found['name'][-12:]}"
    administrator.do(f"{found['name']}:setPassword", {"newPassword": password})
    return Actor(found["email"], product.client_of(found["email"], password))


def signer(product: Product) -> Actor:
    """The customer, who has a link and no account."""
    return Actor("customer", httpx.Client(base_url=product.url, timeout=30))


def yuan(money: JSON) -> str:
    """An amount as people write it."""
    assert money["currencyCode"] == "CNY"
    return f"{int(money.get('units', 0))}.{int(money.get('nanos', 0)) // 10_000_000:02d}"


def money(units: int, nanos: int = 0) -> JSON:
    """An amount in yuan."""
    return {"currencyCode": "CNY", "units": str(units), "nanos": nanos}


def day(told: Any) -> JSON:
    """A day as the surface writes it."""
    return {"year": told.year, "month": told.month, "day": told.day}
