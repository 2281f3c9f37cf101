"""`millrace leads look-alikes`: leads that resemble won customers, with points that add up."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from gateway.cli.showing import NameOf
from gateway.cli.talk import Talk
from gateway.cli.wording import plain, say, word


def look_alikes(talk: Talk, *, condition: str, count: int) -> list[dict[str, Any]]:
    """The leads that resemble a won customer most."""
    query = {"filter": condition, "pageSize": count}
    found: list[dict[str, Any]] = talk.ask("GET", "/v1/leadLookAlikes", params=query)["leadLookAlikes"]
    return found


def print_look_alikes(found: Sequence[Mapping[str, Any]], name_of: NameOf, console: Console) -> None:
    """A table of them: whom each resembles, and in what."""
    heads = (say("pair_score"), say("company"), say("state"), say("owner"), say("resembles"), say("reasons"))
    table = Table(*(Column(head, overflow="fold") for head in heads), show_lines=True)
    for each in found:
        company = f"{plain(each['companyName'])}\n[dim]{plain(each['lead'])}[/dim]"
        owner = name_of(each["owner"]) if each["owner"] else say("nobody")
        reasons = "\n".join(plain(reason["text"]) for reason in each["reasons"])
        like = plain(each["likeCompanyName"]) or "—"
        table.add_row(f"{each['score']}", company, word(each["state"]), owner, like, reasons)
    console.print(table)
