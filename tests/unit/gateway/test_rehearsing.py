"""`millrace leads rehearse-assignment` reads rules and tells who would have got which leads (分配试算)."""

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from gateway.cli import rehearsing
from gateway.cli.talk import Refused

TOLD: dict[str, Any] = {
    "decisionCount": 40,
    "differingCount": 1,
    "notReconstructedCount": 2,
    "shares": [
        {"member": "members/1", "displayName": "安娜", "leadCount": 3, "rehearsedLeadCount": 5},
        {"member": "", "displayName": "", "leadCount": 2, "rehearsedLeadCount": 0},
    ],
    "differing": [
        {
            "time": "2026-03-01T10:00:00Z",
            "lead": "leads/018f",
            "grade": "GRADE_A",
            "member": "",
            "rehearsedMember": "members/1",
            "rehearsedReasons": [{"text": "Works this region"}],
        }
    ],
}


def shown() -> str:
    console = Console(file=io.StringIO(), width=160, record=True)
    rehearsing.print_rehearsal(TOLD, {"members/1": "安娜"}.__getitem__, console)
    return console.export_text()


def test_each_is_told_what_he_got_and_would_have_got() -> None:
    (line,) = [line for line in shown().splitlines() if "安娜" in line and "+2" in line]
    assert [part.strip() for part in line.strip("│ ").split("│")] == ["安娜", "3", "5", "+2"]
    assert any("nobody" in line and "-2" in line for line in shown().splitlines())


def test_a_lead_that_would_have_gone_elsewhere_is_told_with_the_reasons() -> None:
    (line,) = [line for line in shown().splitlines() if "leads/018f" in line]
    assert all(part in line for part in ("A", "nobody", "安娜", "Works this region"))
    assert "1 of 40 decisions" in shown()


def test_rules_are_read_from_toml_and_json(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("region_weight = 1\n")
    (tmp_path / "a.json").write_text('{"region_weight": 1}')
    assert rehearsing.read_rules(tmp_path / "a.toml") == rehearsing.read_rules(tmp_path / "a.json")


def test_what_is_no_rules_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_text("region_weight =")
    for wrong in ("b.toml", "c.toml"):
        with pytest.raises(Refused, match=wrong):
            rehearsing.read_rules(tmp_path / wrong)
