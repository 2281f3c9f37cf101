"""`millrace customers look-alikes` and `offers`: whom accounts resemble, and what they may need besides."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from gateway.cli.showing import NameOf
from gateway.cli.talk import Refused, Talk, named
from gateway.cli.wording import plain, say


def look_alikes(talk: Talk, *, condition: str, count: int) -> list[dict[str, Any]]:
    """The accounts that resemble a won customer most."""
    query = {"filter": condition, "pageSize": count}
    found: list[dict[str, Any]] = talk.ask("GET", "/v1/accountLookAlikes", params=query)["accountLookAlikes"]
    return found


def offers(talk: Talk, *, account: str, condition: str, count: int) -> dict[str, Any]:
    """What accounts may need besides, the greatest lift first; of one account where it is named."""
    if account:
        of_account = f'account = "{named("accounts", account)}"'
        condition = f"{of_account} AND ({condition})" if condition else of_account
    return talk.ask("GET", "/v1/crossSellingOffers", params={"filter": condition, "pageSize": count})


def product_names(talk: Talk) -> NameOf:
    """What products are called; by their resource names for whoever may not read the catalogue."""
    known: dict[str, str] = {}

    def name_of(product: str) -> str:
        if product not in known:
            try:
                known[product] = str(talk.ask("GET", f"/v1/{product}")["displayName"])
            except Refused:
                known[product] = product
        return plain(known[product])

    return name_of


def print_look_alikes(found: Sequence[Mapping[str, Any]], name_of: NameOf, console: Console) -> None:
    """A table of them: whom each resembles, and in what."""
    heads = (say("pair_score"), say("company"), say("owner"), say("resembles"), say("reasons"))
    table = Table(*(Column(head, overflow="fold") for head in heads), show_lines=True)
    for each in found:
        owner = name_of(each["owner"]) if each["owner"] else say("nobody")
        table.add_row(f"{each['score']}", _called(each), owner, plain(each["likeDisplayName"]) or "—", _reasons(each))
    console.print(table)


def print_offers(told: Mapping[str, Any], products: NameOf, name_of: NameOf, console: Console) -> None:
    """A table of what to offer to whom and why; or why nothing is said of anybody."""
    for reason in told["silence"]:
        console.print(plain(reason["text"]), soft_wrap=True)
    if told["silence"]:
        return
    heads = (say("company"), say("owner"), say("offer"), say("bought_already"), say("reasons"))
    table = Table(*(Column(head, overflow="fold") for head in heads), show_lines=True)
    for each in told["crossSellingOffers"]:
        owner = name_of(each["owner"]) if each["owner"] else say("nobody")
        bought = products(each["boughtProduct"])
        table.add_row(_called(each), owner, products(each["product"]), bought, _reasons(each))
    console.print(table)


def _called(each: Mapping[str, Any]) -> str:
    return f"{plain(each['displayName'])}\n[dim]{plain(each['account'])}[/dim]"


def _reasons(each: Mapping[str, Any]) -> str:
    return "\n".join(plain(reason["text"]) for reason in each["reasons"])
