"""The front pages tell the truth: what they name stands there, and both languages say the same."""

import re
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, shown

PAGES = [
    ROOT / "README.md",
    ROOT / "README.zh-CN.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "services").glob("*/README.md")),
]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z0-9-]+):", MAKEFILE, re.MULTILINE))


def links(page: Path) -> list[str]:
    found = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    return [link for link in found if "://" not in link]


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_a_page_links_only_to_what_exists(page: Path) -> None:
    assert [link for link in links(page) if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_a_page_names_only_targets_that_exist(page: Path) -> None:
    named = set(
        re.findall(
            r"\bmake ([a-z0-9-]+)\b",
            "\n".join(re.findall(r"`[^`\n]+`|^ {4}.+$|^make .+$", page.read_text(encoding="utf-8"), re.MULTILINE)),
        )
    )
    assert named - TARGETS == set()


def test_both_front_pages_take_the_same_tour() -> None:
    english, chinese = (links(ROOT / name) for name in ("README.md", "README.zh-CN.md"))
    assert [link for link in english if "README" not in link] == [link for link in chinese if "README" not in link]


def test_every_front_page_command_is_the_same_in_both_languages() -> None:
    english, chinese = (
        re.findall(r"^(?:make|curl|millrace) .+$", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
        for name in ("README.md", "README.zh-CN.md")
    )
    assert english == chinese


def test_every_decision_says_why_what_and_at_which_price() -> None:
    pages = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
    parts = ("**Context.**", "**Decision.**", "**Consequences.**")
    assert [shown(page) for page in pages if not all(part in page.read_text(encoding="utf-8") for part in parts)] == []
    assert len({page.name[:4] for page in pages}) == len(pages) > 0
