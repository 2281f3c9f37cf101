"""Industries have one code each, whatever people call them."""

import tomllib
from collections import Counter
from pathlib import Path

import pytest

import trade.industries
from trade.industries import INDUSTRIES, industries_called, industry_code, industry_codes

TABLE = tomllib.loads(Path(trade.industries.__file__).with_suffix(".toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "written",
    ["retail", "Retail", " RETAIL ", "零售", "零售业", "零售行业", "批发和零售业", "retail industry", "Ｒetail"],
)
def test_one_industry_has_one_code_however_it_is_written(written: str) -> None:
    assert industry_code(written) == "retail"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("制造业", "manufacturing"),
        ("制造", "manufacturing"),
        ("IT", "software"),
        ("IT行业", "software"),
        ("互联网", "software"),
        ("信息传输、软件和信息技术服务业", "software"),
        ("农、林、牧、渔业", "agriculture"),
        ("农业", "agriculture"),
        ("healthcare", "medical"),
        ("real-estate", "real_estate"),
        ("Real Estate", "real_estate"),
    ],
)
def test_usual_words_are_known(written: str, code: str) -> None:
    assert industry_code(written) == code


@pytest.mark.parametrize("written", ["家具", "furniture", "业", "行业", "industry", "—", ""])
def test_what_the_table_does_not_know_stays_as_it_is_written(written: str) -> None:
    assert industry_code(f" {written} ") == written


def test_every_code_and_every_word_of_the_table_means_one_industry_alone() -> None:
    for code, entry in TABLE.items():
        for word in (code, entry["zh"], entry["en"], *entry["also"]):
            assert industry_code(word) == code, word
            assert industry_code(f"{word}行业") == code, word


def test_no_two_industries_are_called_the_same() -> None:
    for language in ("zh", "en"):
        assert Counter(words[language] for words in INDUSTRIES.values()).most_common(1)[0][1] == 1


def test_several_words_for_one_industry_are_one_skill() -> None:
    assert industry_codes(["零售业", "家具", "Retail", "家具"]) == ("retail", "家具")


def test_a_known_word_finds_its_industry_and_a_part_of_a_word_all_that_hold_it() -> None:
    assert industries_called("制造") == {"manufacturing"}
    assert industries_called("IT") == {"software"}
    assert industries_called("社会") == {"medical", "government"}
    assert industries_called("家具") == industries_called("") == frozenset()
