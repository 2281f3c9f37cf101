"""`millrace leads look-alikes` tells whom each lead resembles, and in what (相似客户)."""

import io
from typing import Any

from rich.console import Console

from gateway.cli import resembling

FOUND: list[dict[str, Any]] = [
    {
        "lead": "leads/018f",
        "companyName": "云帆[red]科技",
        "state": "LEAD_STATE_DISQUALIFIED",
        "owner": "",
        "score": 85,
        "reasons": [{"text": "The same industry (Software): +30"}],
        "like": "",
        "likeCompanyName": "",
    }
]


def test_each_look_alike_is_told_with_its_points_and_nothing_somebody_entered_styles_the_terminal() -> None:
    console = Console(file=io.StringIO(), width=160, record=True)
    resembling.print_look_alikes(FOUND, lambda name: name, console)
    shown = console.export_text()
    told = ["85", "云帆[red]科技", "leads/018f", "disqualified", "nobody", "—", "The same industry (Software): +30"]
    assert [part for part in told if part not in shown] == []
