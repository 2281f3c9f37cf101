"""`millrace customers …`: customers that wait in pools (公海), and what other rules of recycling would make of all."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from gateway.cli.pooling import pool_table
from gateway.cli.showing import NameOf
from gateway.cli.talk import Talk, named
from gateway.cli.wording import local_time, plain, say

_PAGE = 200


def list_pools(talk: Talk) -> list[dict[str, Any]]:
    """The pools of customers somebody may claim from or administers, as many as a page holds."""
    pools: list[dict[str, Any]] = talk.ask("GET", "/v1/accountPools", params={"pageSize": _PAGE})["accountPools"]
    return pools


def print_pools(talk: Talk, pools: Sequence[Mapping[str, Any]], console: Console) -> None:
    """A table of pools with what each lets one take and how much waits in it."""
    console.print(pool_table(talk, pools, within="accounts"))


def waiting(talk: Talk, pool: str, *, condition: str, count: int) -> list[dict[str, Any]]:
    """The customers that wait in a pool, the last that came first."""
    query = {"filter": condition, "orderBy": "update_time desc", "pageSize": count}
    answer = talk.ask("GET", f"/v1/{named('accountPools', pool)}/accounts", params=query)
    found: list[dict[str, Any]] = answer["pooledAccounts"]
    return found


def print_waiting(accounts: Sequence[Mapping[str, Any]], console: Console) -> None:
    """A table of customers that wait, masked as the server tells them."""
    heads = ("company", "lead_phone", "customer_tier", "customer_phase", "customer_people", "customer_deals")
    table = Table(*(Column(say(head), overflow="fold") for head in (*heads, "lead_updateTime")), show_lines=True)
    for each in accounts:
        who = f"{plain(each['displayName'])}\n[dim]{plain(each['account'])}[/dim]"
        along = (str(each["contactCount"]), str(each["opportunityCount"]))
        standing = (plain(each["tier"]), say(each["phase"]))
        table.add_row(who, plain(each["phone"]), *standing, *along, local_time(each["updateTime"]))
    console.print(table)


def claim(talk: Talk, account: str) -> dict[str, Any]:
    """Take a customer; it as it is then."""
    return talk.ask("POST", f"/v1/{named('accounts', account)}:claim", body={})


def print_claimed(account: Mapping[str, Any], name_of: NameOf, console: Console) -> None:
    """Whose a customer is now, and how to reach it."""
    told = {"name": plain(account["displayName"]), "owner": name_of(account["owner"])}
    console.print(say("customer_claimed", **told, phone=plain(account["phone"]) or "—"), soft_wrap=True)


def release(talk: Talk, account: str, *, reason: str, pool: str, console: Console) -> None:
    """Give a customer back, and tell where it went."""
    body = {"reason": reason, "pool": named("accountPools", pool) if pool else ""}
    pooled = talk.ask("POST", f"/v1/{named('accounts', account)}:release", body=body)
    went = talk.ask("GET", f"/v1/{pooled['pool']}")["displayName"]
    console.print(say("released", lead=plain(pooled["account"]), pool=plain(went)), soft_wrap=True)


def rehearse(talk: Talk, rules: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the rules would make of the customers somebody owns."""
    told = talk.ask("POST", "/v1/accountRecyclingRules:rehearse", body={"body": rules})
    kinds: list[dict[str, Any]] = told["kinds"]
    return kinds


def print_rehearsal(kinds: Sequence[Mapping[str, Any]], console: Console) -> None:
    """How many customers of each tier and phase fall back at once, by the rules in force and by others."""
    heads = ("customer_kind", "customers", "recycled_now", "recycled_then", "recycled_warned", "recycled_near")
    table = Table(*(say(head) for head in heads))
    for each in kinds:
        now, then = each["now"], each["then"]
        counts = (each["accounts"], now["recycled"], then["recycled"], then["recycledWarned"], then["near"])
        table.add_row(plain(each["kind"]), *(f"{count:,}" for count in counts))
    console.print(table)
