"""How names are read."""

from itertools import islice
from pathlib import Path

import pytest
from pypinyin import lazy_pinyin

import trade.names.readings
from deploy.local.demo.leads import demo_leads
from tests.support.readings import drawn
from tests.unit.leads.builders import NOON
from trade.names.readings import is_pinyin, spelt_opening, syllables
from trade.text import folded


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("渠成科技", ["qu", "cheng", "ke", "ji"]),
        ("重庆长安银行", ["chong", "qing", "chang", "an", "yin", "hang"]),
        ("长沙行长", ["chang", "sha", "hang", "zhang"]),
        ("渠成ABC 2号", ["qu", "cheng", "ABC 2", "hao"]),
        ("绿女", ["lv", "nv"]),
        ("", []),
    ],
)
def test_characters_are_read_as_their_word_is(text: str, read: list[str]) -> None:
    assert syllables(text) == read


def test_firms_names_are_read_as_the_full_dictionary_reads_them() -> None:
    names = [
        folded(lead.company_name) for lead in islice(demo_leads(2000, day=NOON.date(), channels=[], campaigns=[]), 2000)
    ]
    assert [name for name in names if syllables(name) != lazy_pinyin(name)] == []


def test_the_table_is_what_the_dictionary_says() -> None:
    table = Path(trade.names.readings.__file__).with_name("readings.txt").read_text(encoding="utf-8")
    assert table == drawn(), "draw it anew: python -m tests.support.readings > trade/names/readings.txt"


@pytest.mark.parametrize(
    ("letters", "opening"),
    [("quchengkeji", "qucheng"), ("qucheng", "qucheng"), ("yida", "yida"), ("qu", "qu"), ("apexlink", "apexlink")],
)
def test_a_spelling_opens_with_its_first_two_syllables(letters: str, opening: str) -> None:
    assert spelt_opening(letters) == opening


@pytest.mark.parametrize(("letters", "known"), [("baishengyuan", True), ("apexlink", False), ("orionline", False)])
def test_pinyin_is_told_from_english(letters: str, known: bool) -> None:
    assert is_pinyin(letters) is known
