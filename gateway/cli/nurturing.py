"""`millrace programmes`: content programmes, tried out, started and stopped, and what came of them."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from gateway.cli.talk import Talk, named
from gateway.cli.wording import plain, say, word

COLLECTION = "nurturingProgrammes"
_COUNTS = ("ordered", "sent", "opened", "clicked", "unsubscribed", "bounced", "failed", "unknown", "cancelled")


def print_programmes(talk: Talk, console: Console, *, count: int) -> None:
    """A table of programmes, each with what is in its way."""
    query = {"orderBy": "display_name", "pageSize": count}
    found = talk.ask("GET", f"/v1/{COLLECTION}", params=query)[COLLECTION]
    heads = (say("programme"), say("programme_state"), say("programme_segment"), say("programme_steps"))
    table = Table(*(Column(head, overflow="fold") for head in heads), show_lines=True)
    for each in found:
        state = "\n".join([word(each["state"]), *(plain(told["text"]) for told in each["obstacles"])])
        name = f"{plain(each['displayName'])}\n[dim]{plain(each['name'])}[/dim]"
        table.add_row(name, state, plain(each["segment"]), str(len(each["steps"])))
    console.print(table)


def print_funnel(talk: Talk, name: str, console: Console) -> None:
    """What came of a programme: how many entered, why it ended, and of each step what became of its mails."""
    funnel = talk.ask("GET", f"/v1/{named(COLLECTION, name)}/funnel")
    console.print(say("funnel", **{key: funnel[key] for key in ("entered", "active", "finished")}), soft_wrap=True)
    _print_reasons(funnel["ended"], console)
    table = Table(say("programme_step"), *(say(f"mails_{each}") for each in _COUNTS))
    for step in funnel["steps"]:
        table.add_row(str(step["step"]), *(str(step[each]) for each in _COUNTS))
    console.print(table)


def print_rehearsal(talk: Talk, name: str, console: Console) -> None:
    """How many leads would enter now, and why the others would not."""
    told = talk.ask("POST", f"/v1/{named(COLLECTION, name)}:rehearse", body={})
    console.print(say("would_enter", leads=told["wouldEnter"], segment=told["inSegment"]), soft_wrap=True)
    _print_reasons(told["leftOut"], console)


def move(talk: Talk, name: str, verb: str, console: Console) -> None:
    """Let a programme run or stand still, and tell how it stands."""
    moved: Mapping[str, Any] = talk.ask("POST", f"/v1/{named(COLLECTION, name)}:{verb}", body={})
    console.print(f"{plain(moved['displayName'])}: {word(moved['state'])}")
    for told in moved["obstacles"]:
        console.print(plain(told["text"]), soft_wrap=True)


def _print_reasons(counted: Any, console: Console) -> None:
    for each in counted:
        console.print(f"  {each['leads']:>6}  {plain(each['reason']['text'])}", soft_wrap=True)
