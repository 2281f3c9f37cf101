"""`millrace leads explain` prints a lead's explanation as a tree that a person reads (线索说明)."""

import io
from typing import Any

from rich.console import Console

from gateway.cli import explaining

TOLD: dict[str, Any] = {
    "name": "leads/018f0000-0000-7000-8000-000000000001",
    "companyName": "云帆[bold]科技",
    "chapters": [
        {
            "subject": "LEAD_EXPLANATION_SUBJECT_GRADE",
            "conclusion": {"text": "Grade A by the grade rules, version 3"},
            "reasons": [{"text": "Asked for a demo on 2026-03-01"}],
            "stages": [],
        },
        {
            "subject": "LEAD_EXPLANATION_SUBJECT_OWNER",
            "conclusion": {"text": "Anna works it"},
            "reasons": [],
            "stages": [
                {
                    "time": "2026-03-01T10:00:00Z",
                    "told": {"text": "It went to Anna"},
                    "reasons": [{"text": "Bo: 90.00 points, fewer points"}],
                },
                {"time": None, "told": {"text": "If nobody answers"}, "reasons": []},
            ],
        },
    ],
}


def shown(width: int = 120) -> list[str]:
    console = Console(file=io.StringIO(), width=width, record=True)
    explaining.print_explanation(TOLD, console)
    return console.export_text().splitlines()


def test_each_subject_stands_below_the_lead_with_its_reasons_and_stages_below_it() -> None:
    lines = shown()
    told = ["云帆[bold]科技 leads/018f", "Grade  Grade A", "Asked for a demo", "Owner  Anna works it"]
    told += ["It went to Anna", "Bo: 90.00 points", "If nobody answers"]
    places = [next(place for place, line in enumerate(lines) if part in line) for part in told]
    assert places == sorted(places)
    depths = [len(line) - len(line.lstrip("│├└─ ")) for line in lines]
    assert depths == [0, 4, 8, 4, 8, 12, 8]


def test_what_somebody_entered_cannot_style_the_terminal() -> None:
    assert shown()[0].startswith("云帆[bold]科技")


def test_a_narrow_terminal_cuts_nothing_off() -> None:
    together = "".join(line.strip("│├└─ ") for line in shown(width=40)).replace(" ", "")
    assert "GradeAbythegraderules,version3" in together
    assert "Bo:90.00points,fewerpoints" in together
