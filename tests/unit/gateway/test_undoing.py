"""`millrace undo-import` tells what became of the rows of an import, and why some stay (撤销导入)."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from gateway.cli import undoing

UNDO = {"takenBackCount": 1200, "detachedCount": 3, "keptCount": 1}
KEPT = [{"line": 7, "keptReason": {"text": "Stays: somebody followed the lead up"}, "lead": "leads/018f"}]


def shown(kept: Sequence[Mapping[str, Any]]) -> str:
    console = Console(file=io.StringIO(), width=120, record=True)
    undoing.summarise(UNDO, kept, console)
    return console.export_text()


def test_rows_are_counted_by_what_became_of_them() -> None:
    lines = shown([]).splitlines()
    assert any("lead taken back" in line and "1,200" in line for line in lines)
    assert any("kept, worked since" in line and "1 " in line for line in lines)
    assert "leads/018f" not in shown([])


def test_a_row_that_stays_tells_its_line_and_why() -> None:
    (line,) = [line for line in shown(KEPT).splitlines() if "leads/018f" in line]
    assert "7" in line
    assert "somebody followed the lead up" in line
