"""`millrace leads list` and `millrace health`."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
from rich.console import Console
from rich.table import Column, Table

from gateway.cli.talk import Refused, Talk
from gateway.cli.wording import local_time, plain, say

PAGE = 200
# One cheap question to each part that needs no session, or whose refusal proves that it answers.
PROBES = {
    "gateway": ("GET", "/openapi.json"),
    "directory": ("GET", "/v1/keySet"),
    "leads": ("GET", "/v1/leads?pageSize=1"),
    "pipeline": ("GET", "/v1/opportunities?pageSize=1"),
    "contracts": ("GET", "/v1/contracts?pageSize=1"),
    "analytics": ("POST", "/v1/figures:queryFunnel"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The first leads that match and how many match in all: more than `total` when that is `capped`."""

    leads: list[dict[str, Any]]
    total: int
    capped: bool


def list_leads(talk: Talk, *, condition: str, order: str, count: int) -> Found:
    """The first leads that match."""
    leads: list[dict[str, Any]] = []
    query: dict[str, Any] = {"filter": condition, "orderBy": order, "pageToken": "", "view": "LEAD_VIEW_FULL"}
    while True:
        page = talk.ask("GET", "/v1/leads", params=query | {"pageSize": min(PAGE, count - len(leads))})
        leads.extend(page["leads"])
        query["pageToken"] = page["nextPageToken"]
        if not query["pageToken"] or len(leads) >= count:
            return Found(leads=leads, total=page["totalSize"], capped=page["totalSizeCapped"])


def print_leads(talk: Talk, found: Found, console: Console) -> None:
    """A table of leads with the names of their owners; nothing is cut off where the terminal is narrow."""
    name_of = display_names(talk)
    heads = (say(head) for head in ("received", "company", "contact", "grade", "owner", "reasons"))
    table = Table(*(Column(head, overflow="fold") for head in heads), show_lines=True)
    for lead in found.leads:
        reasons = [plain(reason["text"]) for reason in [*lead["gradeReasons"], *lead["ownerReasons"]]]
        grade = lead["grade"].removeprefix("GRADE_")
        owner = name_of(lead["owner"]) if lead["owner"] else say("nobody")
        who = (plain(lead["companyName"]), plain(lead["contactName"]))
        told = "\n".join([f"[dim]{plain(lead['name'])}[/dim]", *reasons])
        table.add_row(local_time(lead.get("receivedTime")), *who, grade, owner, told)
    console.print(table)
    console.print(say("shown_of_more" if found.capped else "shown", shown=len(found.leads), total=f"{found.total:,}"))


def display_names(talk: Talk) -> Callable[[str], str]:
    """Tells how resources are called, asking for each once; by its name who may not see one."""

    @cache
    def display_name(name: str) -> str:
        try:
            return plain(talk.ask("GET", f"/v1/{name}")["displayName"])
        except Refused:
            return plain(name)

    return display_name


def check_health(server: str, console: Console, *, transport: httpx.BaseTransport | None = None) -> bool:
    """Print which parts answer; whether all do."""
    table = Table(say("part"), say("state"), say("time"))
    healthy = True
    with httpx.Client(base_url=server, timeout=5, transport=transport) as client:
        for part, (verb, path) in PROBES.items():
            begun = time.perf_counter()
            try:
                good = (
                    client.request(verb, path, json=None if verb == "GET" else {}).status_code
                    < httpx.codes.INTERNAL_SERVER_ERROR
                )
            except httpx.TransportError:
                good = False
            healthy = healthy and good
            state = f"[green]{say('answers')}[/]" if good else f"[red]{say('away')}[/]"
            table.add_row(part, state, f"{(time.perf_counter() - begun) * 1000:.0f} ms")
    console.print(table)
    return healthy
