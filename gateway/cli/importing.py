"""`millrace import`: upload, preview, take in, summarise."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from gateway.cli.talk import Refused, Talk
from gateway.cli.wording import plain, say

RUNNING = "LEAD_IMPORT_STATE_RUNNING"
# An import that was uploaded and not begun.
WAITING = frozenset({"LEAD_IMPORT_STATE_UPLOADED", "LEAD_IMPORT_STATE_PREVIEWED"})
FAILED = "LEAD_IMPORT_STATE_FAILED"
CANCELLED = "LEAD_IMPORT_STATE_CANCELLED"
OUTCOMES = ("created", "touched", "inReview", "skipped", "refused")
RECONNECTS = 60
_KEYS = {"inReview": "in_review"}


def upload(talk: Talk, path: Path, console: Console) -> dict[str, Any]:
    """Send the file; the import it became."""
    with console.status(say("uploading")):
        content = path.read_bytes()
        headers = {"Content-Type": "application/octet-stream"}
        query = {"fileName": path.name}
        return talk.ask("POST", "/v1/leadImports:upload", content=content, headers=headers, params=query)


def preview(
    talk: Talk, name: str, chosen: Sequence[str], console: Console
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Show for what each column is taken, and what is wrong with the first rows; also the columns to be taken.

    `chosen` are pairs `heading=field` that go before the guesses.
    """
    seen = talk.ask("POST", f"/v1/{name}:preview", body={})
    columns = choose_columns(seen, chosen)
    if chosen:
        seen = talk.ask("POST", f"/v1/{name}:preview", body={"columns": columns})
    _show(seen, console)
    return seen, columns


def choose_columns(seen: dict[str, Any], chosen: Sequence[str]) -> list[dict[str, Any]]:
    """The guessed columns with those that somebody chose, by heading or number; raises Refused."""
    columns = [{"column": each["column"], "field": each["field"]} for each in seen["columns"]]
    places = {
        name: place for place, each in enumerate(seen["columns"]) for name in (str(each["column"]), each["header"])
    }
    paths = {each["displayName"]: each["field"] for each in seen["fields"]}
    for pair in chosen:
        heading, sign, field = (part.strip() for part in pair.rpartition("="))
        if not sign or heading not in places:
            raise Refused(say("no_such_column", pair=pair))
        columns[places[heading]]["field"] = paths.get(field, field)
    return [each for each in columns if each["field"]]


def _show(seen: dict[str, Any], console: Console) -> None:
    fields = {each["field"]: each["displayName"] for each in seen["fields"]}
    first = seen["rows"][0]["cells"] if seen["rows"] else []
    table = Table(say("column"), say("header"), say("field"), say("example"))
    for each in seen["columns"]:
        number = each["column"]
        cell = first[number - 1] if number <= len(first) else ""
        taken = fields.get(each["field"], each["field"]) or say("ignored")
        table.add_row(str(number), plain(each["header"]), taken, plain(cell))
    console.print(table)
    for problem in seen["problems"]:
        console.print(_sentence(problem), markup=False)


def _sentence(problem: dict[str, Any]) -> str:
    """The problem with its place: a cell, a whole row, or nothing before it where the file is meant."""
    line, column, text = problem["line"], problem["column"], problem["reason"]["text"]
    if column:
        return say("problem_at", line=line, column=column, header=problem["header"], text=text)
    return say("problem_in_line", line=line, text=text) if line else str(text)


def start(talk: Talk, name: str, columns: Sequence[dict[str, Any]], *, dry_run: bool, skip: bool) -> dict[str, Any]:
    """Begin to take the rows in."""
    policy = "LEAD_IMPORT_DUPLICATE_POLICY_SKIP" if skip else "LEAD_IMPORT_DUPLICATE_POLICY_ATTACH"
    body = {"columns": list(columns), "dryRun": dry_run, "duplicatePolicy": policy}
    return talk.ask("POST", f"/v1/{name}:start", body=body)


def follow(talk: Talk, begun: dict[str, Any], console: Console) -> dict[str, Any]:
    """Show the progress until the import ends; a broken connection is opened again."""
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console
    )
    state = begun
    with bar:
        task = bar.add_task(say("importing"), total=state["rowCount"] or None)
        for _ in range(RECONNECTS):
            for told in _states(talk, state["name"]):
                state = told
                bar.update(task, completed=state["progress"]["done"], total=state["rowCount"] or None)
            if state["state"] != RUNNING:
                return state
            time.sleep(1)
    raise Refused(say("broken_off", name=state["name"]))


def _states(talk: Talk, name: str) -> Iterator[dict[str, Any]]:
    """What the import says of itself, until it ends or the connection does."""
    try:
        with talk.events(f"/v1/{name}:watch") as events:
            for kind, data in events:
                if kind != "message":
                    return
                yield data
    except Refused as refused:
        if 0 < refused.status < 500:  # noqa: PLR2004 - what will not change by asking again
            raise


def summarise(talk: Talk, ended: dict[str, Any], console: Console, *, beside: Path) -> None:
    """Print what became of the rows, and save the refused ones beside the file; raises Exit when it failed."""
    if ended["state"] == FAILED:
        console.print(say("failed", text=ended["failure"]["text"]), style="red", markup=False)
        raise typer.Exit(1)
    if ended["dryRun"]:
        console.print(say("tried"))
    table = Table(say("outcome"), say("rows"))
    for outcome in OUTCOMES:
        table.add_row(say(_KEYS.get(outcome, outcome)), str(ended["progress"][outcome]))
    console.print(table)
    if ended["progress"]["refused"]:
        path = beside.with_name(f"{beside.stem}.refused.csv")
        path.write_bytes(talk.download(f"/v1/{ended['name']}:downloadFailedRows"))
        console.print(say("failed_saved", path=path), markup=False, soft_wrap=True)
    if ended["state"] == CANCELLED:
        console.print(say("cancelled"))
        raise typer.Exit(1)
