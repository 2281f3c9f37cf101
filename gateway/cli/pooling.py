"""`millrace pools`, `leads claim` and `leads release`: leads that wait for somebody."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from gateway.cli.talk import Talk, named
from gateway.cli.wording import local_time, plain, say

_PAGE = 200


def list_pools(talk: Talk) -> list[dict[str, Any]]:
    """The pools somebody may claim from or administers, as many as a page holds."""
    pools: list[dict[str, Any]] = talk.ask("GET", "/v1/leadPools", params={"pageSize": _PAGE})["leadPools"]
    return pools


def print_pools(talk: Talk, pools: Sequence[Mapping[str, Any]], console: Console) -> None:
    """A table of pools with what each lets one take and how much waits in it."""
    console.print(pool_table(talk, pools, within="leads"))


def pool_table(talk: Talk, pools: Sequence[Mapping[str, Any]], *, within: str) -> Table:
    """The same for pools of whatever is `within` them."""
    heads = (say(head) for head in ("pool", "pool_waiting", "pool_daily_cap", "pool_holding_cap", "pool_cool_down"))
    table = Table(*(Column(head, overflow="fold") for head in heads))
    for pool in pools:
        name = f"{plain(pool['displayName'])}\n[dim]{plain(pool['name'])}[/dim]"
        waiting = talk.ask("GET", f"/v1/{pool['name']}/{within}", params={"pageSize": 1})
        number = f"{waiting['totalSize']:,}" + ("+" if waiting["totalSizeCapped"] else "")
        table.add_row(name, number, _cap(pool, "dailyCap"), _cap(pool, "holdingCap"), str(pool["coolDownDays"]))
    return table


def _cap(pool: Mapping[str, Any], field: str) -> str:
    return "—" if pool.get(field) is None else str(pool[field])


def waiting_leads(talk: Talk, pool: str, *, condition: str, count: int) -> list[dict[str, Any]]:
    """The leads that wait in a pool, the most promising first."""
    query = {"filter": condition, "orderBy": "grade", "pageSize": count}
    leads: list[dict[str, Any]] = talk.ask("GET", f"/v1/{named('leadPools', pool)}/leads", params=query)["pooledLeads"]
    return leads


def print_waiting(leads: Sequence[Mapping[str, Any]], console: Console) -> None:
    """A table of leads that wait, masked as the server tells them."""
    heads = (say(head) for head in ("company", "contact", "lead_phone", "grade", "lead_region", "lead_updateTime"))
    table = Table(*(Column(head, overflow="fold") for head in heads), show_lines=True)
    for lead in leads:
        company = f"{plain(lead['companyName'])}\n[dim]{plain(lead['lead'])}[/dim]"
        grade = lead["grade"].removeprefix("GRADE_")
        who = (plain(lead["contactName"]), plain(lead["phone"]))
        table.add_row(company, *who, grade, plain(lead["place"]), local_time(lead["updateTime"]))
    console.print(table)


def claim(talk: Talk, lead: str) -> dict[str, Any]:
    """Take a lead; it as it is then."""
    return talk.ask("POST", f"/v1/{named('leads', lead)}:claim", body={})


def release(talk: Talk, lead: str, *, reason: str, pool: str, console: Console) -> None:
    """Give a lead back, and tell where it went."""
    body = {"reason": reason, "pool": named("leadPools", pool) if pool else ""}
    pooled = talk.ask("POST", f"/v1/{named('leads', lead)}:release", body=body)
    went = talk.ask("GET", f"/v1/{pooled['pool']}")["displayName"]
    console.print(say("released", lead=plain(pooled["lead"]), pool=plain(went)), soft_wrap=True)
