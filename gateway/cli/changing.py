"""`millrace leads change`: many leads at once."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table

from gateway.cli.talk import Refused, Talk, named
from gateway.cli.wording import plain, say, word

RUNNING = "LEAD_BULK_CHANGE_STATE_RUNNING"
COMPLETED = "LEAD_BULK_CHANGE_STATE_COMPLETED"
SHOWN_REFUSALS = 20
_LOOK_SECONDS = 0.5


def wanted_action(
    *,
    assign: str,
    reason: str,
    add_tags: Sequence[str],
    remove_tags: Sequence[str],
    region: str,
    industry: str,
    disqualify: str,
    dismiss_duplicates: bool,
) -> dict[str, Any]:
    """What the leads are to be changed by; raises Refused unless it is exactly one thing."""
    tags = {"add": list(add_tags), "remove": list(remove_tags)} if add_tags or remove_tags else None
    wanted: dict[str, Any] = {
        "assign": {"owner": named("members", assign), "reason": reason} if assign else None,
        "tag": tags,
        "region": named("regions", region) if region else None,
        "industry": industry or None,
        "disqualify": {"reason": disqualify, "note": reason} if disqualify else None,
        "dismissDuplicates": {} if dismiss_duplicates else None,
    }
    chosen = {name: value for name, value in wanted.items() if value is not None}
    if len(chosen) != 1:
        raise Refused(say("change_by_one"))
    return chosen


def meant_leads(leads: Sequence[str], *, condition: str) -> dict[str, Any]:
    """The leads that are meant, by name or by condition; raises Refused unless by one of both."""
    if bool(leads) == bool(condition):
        raise Refused(say("change_which"))
    if condition:
        return {"found": {"filter": condition}}
    return {"leads": {"leads": [{"lead": named("leads", lead)} for lead in leads]}}


def how_many(talk: Talk, meant: Mapping[str, Any]) -> str:
    """How many leads are meant, as far as a list counts them; those the caller may not change are left out later."""
    if "leads" in meant:
        return str(len(meant["leads"]["leads"]))
    page = talk.ask("GET", "/v1/leads", params={"filter": meant["found"]["filter"], "pageSize": 1})
    return f"{page['totalSize']}+" if page["totalSizeCapped"] else str(page["totalSize"])


def start(talk: Talk, action: Mapping[str, Any], meant: Mapping[str, Any]) -> dict[str, Any]:
    """Begin."""
    return talk.ask("POST", "/v1/leadBulkChanges:start", body={"action": action, **meant})


def follow(talk: Talk, change: dict[str, Any], console: Console) -> dict[str, Any]:
    """Show the progress until it has ended; Ctrl-C stops only the looking."""
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console
    )
    with bar:
        task = bar.add_task(say("changing"), total=change["leadCount"])
        while True:
            bar.update(task, completed=change["doneCount"])
            if change["state"] != RUNNING:
                return change
            time.sleep(_LOOK_SECONDS)
            change = talk.ask("GET", f"/v1/{change['name']}")


def summarise(talk: Talk, ended: Mapping[str, Any], console: Console) -> bool:
    """Print what became of the leads, and why the first of them were refused; whether all came to their end."""
    table = Table(say("outcome"), say("leads"))
    for outcome in ("changed", "unchanged", "refused"):
        table.add_row(say(f"leads_{outcome}"), str(ended[f"{outcome}Count"]))
    console.print(table)
    if ended["refusedCount"]:
        _print_refusals(talk, ended["name"], console)
    if ended["state"] != COMPLETED:
        console.print(say("change_ended", state=word(ended["state"]), name=plain(ended["name"])), soft_wrap=True)
    return bool(ended["state"] == COMPLETED)


def _print_refusals(talk: Talk, name: str, console: Console) -> None:
    query = {"filter": "outcome = LEAD_BULK_CHANGE_OUTCOME_REFUSED", "pageSize": SHOWN_REFUSALS}
    page = talk.ask("GET", f"/v1/{name}/rows", params=query)
    table = Table(*(Column(head, overflow="fold") for head in (say("company"), say("reasons"))), show_lines=True)
    for row in page["rows"]:
        lead = f"{plain(row['companyName'])}\n[dim]{plain(row['lead'])}[/dim]"
        table.add_row(lead, "\n".join(plain(reason["text"]) for reason in row["reasons"]))
    console.print(table)
    if page["nextPageToken"]:
        console.print(say("shown", shown=len(page["rows"]), total=f"{page['totalSize']:,}"))
