"""Alarms and dashboards speak only of metrics that some process really has."""

import json
import re
from pathlib import Path

from kernel.errors import Kind
from tests.architecture.tree import ROOT, sources

ALARMS = ROOT / "deploy" / "prometheus" / "alerts.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "millrace.json"
SUFFIX = re.compile(r"_(bucket|count|sum)$")


def known() -> set[str]:
    written = "\n".join(path.read_text(encoding="utf-8") for path in sources("chassis", "services", "gateway"))
    return set(re.findall(r"\"(millrace_[a-z_]+)\"", written))


def named(path: Path) -> set[str]:
    return {SUFFIX.sub("", name) for name in re.findall(r"\bmillrace_[a-z_]+\b", path.read_text(encoding="utf-8"))}


def test_every_alarm_watches_a_metric_that_exists() -> None:
    assert named(ALARMS) - known() == set()


def test_an_alarm_names_outcomes_of_calls_as_they_are_counted() -> None:
    outcomes = {kind.name for kind in Kind} | {"OK", "CANCELLED", "INTERNAL"}
    told = re.findall(r'code=~"([A-Z_|]+)"', ALARMS.read_text(encoding="utf-8"))
    assert {code for codes in told for code in codes.split("|")} <= outcomes
    assert told


def test_every_panel_shows_a_metric_that_exists() -> None:
    assert named(DASHBOARD) - known() == set()


def test_every_alarm_says_what_to_do() -> None:
    text = ALARMS.read_text(encoding="utf-8")
    alarms = len(re.findall(r"- alert:", text))
    assert (
        alarms
        == len(re.findall(r"^ +action: ", text, re.MULTILINE))
        == len(re.findall(r"severity: (page|ticket)", text))
    )


def test_the_dashboard_gives_every_panel_a_place_of_its_own() -> None:
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]
    assert len(places) == len(set(places))
