"""HTTP to the gateway: with the kept session, renewed when it ends; problems become one line for the reader."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import orjson

from chassis.settings import Environment
from gateway.cli.account import Account, keep_account, load_account
from gateway.cli.wording import language, say

DEFAULT_SERVER = "http://127.0.0.1:8080"
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIMES = httpx.Timeout(30.0, connect=5.0)
# What is made before it is sent keeps its reader waiting for the first byte.
_LONG_TIMES = httpx.Timeout(70.0, connect=5.0)


class Refused(Exception):  # noqa: N818 - printed to the reader as it is
    """The gateway refused, or cannot be reached; `status` is 0 then."""

    def __init__(self, text: str, status: int = 0) -> None:
        """`text` is what the reader sees."""
        super().__init__(text)
        self.status = status


def named_server() -> str:
    """The gateway the environment names; empty for none."""
    return Environment(os.environ).text(
        "MILLRACE_SERVER", "", means="the gateway to talk to; else that of the kept session"
    )


class Talk:
    """One conversation with the gateway."""

    def __init__(self, server: str = "", *, transport: httpx.BaseTransport | None = None) -> None:
        """`server` goes before MILLRACE_SERVER, which goes before the server of the kept session."""
        kept = load_account()
        chosen = server or named_server() or (kept.server if kept else DEFAULT_SERVER)
        self.server = _checked(chosen.rstrip("/"))
        # A token never goes to another server than the one that gave it.
        self._account = kept if kept is not None and kept.server == self.server else None
        headers = {"Accept-Language": language()}
        self._client = httpx.Client(base_url=self.server, headers=headers, timeout=_TIMES, transport=transport)

    def sign_in(self, email: str, password: str) -> str:
        """Sign in and keep the session; the member's name."""
        session = self.ask("POST", "/v1/sessions:signIn", body={"email": email, "password": password, "device": "CLI"})
        self._keep(session)
        return str(session["memberDisplayName"] or session["member"])

    def ask(self, method: str, path: str, *, body: Any = None, **extra: Any) -> dict[str, Any]:
        """A JSON call; raises Refused. A write carries one key through all its repeats."""
        headers = {"Idempotency-Key": str(uuid4())} if method != "GET" else {}
        headers |= extra.pop("headers", {})
        answer = self._send(method, path, json=body, headers=headers, **extra)
        found: dict[str, Any] = answer.json()
        return found

    def download(self, path: str) -> bytes:
        """The content of a file."""
        return self._send("GET", path).content

    def save(self, path: str, into: Path, **query: Any) -> int:
        """Write a file the gateway makes, piece by piece, and only when it is whole; how many bytes it has."""
        beside = into.with_name(f".{into.name}.part")
        try:
            with self._streamed(path, query) as answer, beside.open("wb") as file:
                for piece in answer.iter_bytes():
                    file.write(piece)
            beside.replace(into)
        except httpx.TransportError:
            raise Refused(say("no_connection", server=self.server)) from None
        finally:
            beside.unlink(missing_ok=True)
        return into.stat().st_size

    @contextmanager
    def _streamed(self, path: str, query: Mapping[str, Any]) -> Iterator[httpx.Response]:
        """The answer of a long call as it comes; a session that has ended is renewed first."""
        with self._client.stream(
            "GET", path, params=query, headers=self._authorization(), timeout=_LONG_TIMES
        ) as answer:
            if answer.status_code != httpx.codes.UNAUTHORIZED or self._account is None or not self._renew():
                yield _heard(answer)
                return
        with self._client.stream(
            "GET", path, params=query, headers=self._authorization(), timeout=_LONG_TIMES
        ) as answer:
            yield _heard(answer)

    @contextmanager
    def events(self, path: str) -> Iterator[Iterator[tuple[str, dict[str, Any]]]]:
        """Server-sent events as pairs of name and data."""
        try:
            with self._client.stream("GET", path, headers=self._authorization(), timeout=httpx.Timeout(60.0)) as answer:
                yield _events(_heard(answer).iter_lines())
        except httpx.TransportError:
            raise Refused(say("no_connection", server=self.server)) from None

    def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        answer = self._once(method, path, **request)
        if answer.status_code == httpx.codes.UNAUTHORIZED and self._account is not None and self._renew():
            answer = self._once(method, path, **request)
        if answer.is_error:
            raise refusal_of(answer)
        return answer

    def _once(self, method: str, path: str, **request: Any) -> httpx.Response:
        headers = self._authorization() | request.pop("headers", {})
        try:
            return self._client.request(method, path, headers=headers, **request)
        except httpx.TransportError:
            raise Refused(say("no_connection", server=self.server)) from None

    def _renew(self) -> bool:
        assert self._account is not None  # noqa: S101 - the caller asked
        answer = self._once("POST", "/v1/sessions:refresh", json={"refreshToken": self._account.refresh_token})
        if answer.is_error:
            return False
        self._keep(answer.json())
        return True

    def _keep(self, session: dict[str, Any]) -> None:
        tokens = {"access_token": session["accessToken"], "refresh_token": session["refreshToken"]}
        known = self._account
        self._account = replace(known, **tokens) if known else Account(server=self.server, **tokens)
        keep_account(self._account)

    def _authorization(self) -> dict[str, str]:
        return {} if self._account is None else {"Authorization": f"Bearer {self._account.access_token}"}


def _heard(answer: httpx.Response) -> httpx.Response:
    """The answer that has begun; raises Refused for a problem."""
    if answer.is_error:
        answer.read()
        raise refusal_of(answer)
    return answer


def _checked(server: str) -> str:
    """The address of a gateway; raises Refused for what is none."""
    try:
        address = httpx.URL(server)
    except httpx.InvalidURL:
        raise Refused(say("server_wrong", server=server)) from None
    if address.scheme not in {"http", "https"} or not address.host:
        raise Refused(say("server_wrong", server=server))
    return server


def refusal_of(answer: httpx.Response) -> Refused:
    """What the reader sees of a problem: its text, and each field's."""
    try:
        problem = answer.json()
        lines = [f"  {each['field']}: {each['message']}" for each in problem.get("errors", [])]
        text = "\n".join([problem["detail"], *lines])
    except (orjson.JSONDecodeError, ValueError, KeyError):
        text = f"HTTP {answer.status_code}"
    if answer.status_code == httpx.codes.UNAUTHORIZED and not answer.url.path.endswith(":signIn"):
        text = say("not_signed_in")
    return Refused(text, answer.status_code)


def _events(lines: Iterator[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    name = "message"
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, orjson.loads(line.removeprefix("data: "))
            name = "message"


def named(collection: str, name: str) -> str:
    """The name where it is one of the collection, with or without that before its id; raises Refused."""
    uuid = name.removeprefix(f"{collection}/")
    if not _ID.fullmatch(uuid):
        raise Refused(say("no_name", name=name, collection=collection))
    return f"{collection}/{uuid}"
