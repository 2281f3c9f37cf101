"""`millrace undo-import`: a whole import is taken back, with what stays and why."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from gateway.cli.talk import Talk, named
from gateway.cli.wording import plain, say, word

_LOOK_SECONDS = 1.0
_MOST = 200
_COUNTS = (("takenBackCount", "TAKEN_BACK"), ("detachedCount", "DETACHED"), ("keptCount", "KEPT"))


def imported(talk: Talk, name: str) -> dict[str, Any]:
    """The import that is to be undone."""
    return talk.ask("GET", f"/v1/{named('leadImports', name)}")


def begin(talk: Talk, record: Mapping[str, Any]) -> dict[str, Any]:
    """Begin to undo the import as it was seen."""
    return talk.ask("POST", f"/v1/{record['name']}:undo", body={"etag": record["etag"]})


def follow(talk: Talk, undo: Mapping[str, Any], console: Console) -> Mapping[str, Any]:
    """Look at an undo until it has ended."""
    with console.status(say("undoing_import")) as status:
        while undo["state"] == "LEAD_IMPORT_UNDO_STATE_RUNNING":
            time.sleep(_LOOK_SECONDS)
            undo = talk.ask("GET", f"/v1/{undo['name']}")
            status.update(say("undone_so_far", done=undo["doneCount"], total=undo["rowCount"]))
    return undo


def kept_rows(talk: Talk, undo: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The first rows that stay."""
    query = {"filter": "outcome = LEAD_IMPORT_UNDO_OUTCOME_KEPT", "pageSize": _MOST}
    found: list[dict[str, Any]] = talk.ask("GET", f"/v1/{undo['name']}/rows", params=query)["rows"]
    return found


def summarise(undo: Mapping[str, Any], kept: Sequence[Mapping[str, Any]], console: Console) -> None:
    """How many rows became what; and of those that stay, why."""
    table = Table(say("outcome"), say("rows"))
    for count, outcome in _COUNTS:
        table.add_row(word(f"LEAD_IMPORT_UNDO_OUTCOME_{outcome}"), f"{undo[count]:,}")
    console.print(table)
    if kept:
        rows = Table(say("line"), *(Column(say(head), overflow="fold") for head in ("why", "lead_name")))
        for row in kept:
            rows.add_row(str(row["line"]), plain(row["keptReason"]["text"]), plain(row["lead"]))
        console.print(rows)
