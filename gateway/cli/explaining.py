"""`millrace leads explain`: why a lead is what it is, as a tree of conclusions, reasons and stages."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.tree import Tree

from gateway.cli.talk import Talk, named
from gateway.cli.wording import local_time, plain, word


def explanation(talk: Talk, name: str) -> dict[str, Any]:
    """Everything that was decided about a lead, in the language of the terminal."""
    return talk.ask("GET", f"/v1/{named('leads', name)}:explain")


def print_explanation(told: Mapping[str, Any], console: Console) -> None:
    """The lead, below it each subject with what holds, and below that why and how it came about."""
    root = Tree(f"[bold]{plain(told['companyName'])}[/bold] [dim]{plain(told['name'])}[/dim]".strip())
    for chapter in told["chapters"]:
        subject, conclusion = word(chapter["subject"]), plain(chapter["conclusion"]["text"])
        branch = root.add(f"[bold cyan]{subject}[/bold cyan]  {conclusion}")
        for reason in chapter["reasons"]:
            branch.add(plain(reason["text"]))
        for stage in chapter["stages"]:
            _add_stage(branch, stage)
    console.print(root)


def _add_stage(branch: Tree, stage: Mapping[str, Any]) -> None:
    time = local_time(stage.get("time"))
    when = f"[green]{time}[/green]  " if time else ""
    leaf = branch.add(f"{when}{plain(stage['told']['text'])}")
    for reason in stage["reasons"]:
        leaf.add(f"[dim]{plain(reason['text'])}[/dim]")
