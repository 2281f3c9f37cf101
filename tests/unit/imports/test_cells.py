import sys

import pytest

from chassis.imports.cells import clean_text, mended_columns
from kernel.legibility import has_controls


@pytest.mark.parametrize("blank", ["\t", "\x0b", "\x0c", "\r", "\x85", "\u2028", "\u2029"])
def test_a_control_character_that_is_white_space_counts_as_a_blank(blank: str) -> None:
    assert clean_text(f"{blank}杭州{blank}云帆{blank}") == "杭州 云帆"
    assert mended_columns([f"杭州{blank}云帆", f"{blank}杭州云帆{blank}"]) == (1,)


@pytest.mark.parametrize(
    ("character", "seen"),
    [("\x00", "␀"), ("\x07", "␇"), ("\x1b", "␛"), ("\x1f", "␟"), ("\x7f", "␡"), ("\x80", "\ufffd"), ("\x9f", "\ufffd")],
)
def test_any_other_control_character_is_seen_wherever_it_stands(character: str, seen: str) -> None:
    assert clean_text(f"{character}云{character}帆{character}") == f"{seen}云{seen}帆{seen}"
    assert mended_columns(["云帆", f"{character}云帆", f"云帆{character}"]) == (2, 3)


@pytest.mark.parametrize(
    "mark", list("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")
)
def test_a_mark_that_shows_nothing_is_left_out(mark: str) -> None:
    assert clean_text(f"{mark}138{mark}0013{mark}") == "1380013"
    assert mended_columns([f"{mark}1380013"]) == (1,)


@pytest.mark.parametrize(
    ("text", "kept"), [("甲\n乙", "甲\n乙"), ("甲\r\n乙\n", "甲\n乙"), ("👩\u200d🔧 维修", "👩\u200d🔧 维修")]
)
def test_line_ends_and_joiners_of_letters_stay_and_nobody_need_be_told(text: str, kept: str) -> None:
    assert clean_text(text) == kept
    assert mended_columns([text]) == ()


def test_nothing_is_left_that_a_request_may_not_say() -> None:
    every = (chr(code) for code in range(sys.maxunicode + 1))
    assert [character for character in every if has_controls(clean_text(f"云{character}帆"))] == []
