"""Words at the beginning and the end of a text."""

import re

from hypothesis import given
from hypothesis import strategies as st

from trade.names.affixes import Affixes

WORDS = ("公司", "有限公司", "限公司", "厂", "云")


def test_the_longest_word_is_found_at_either_end() -> None:
    words = Affixes(WORDS)
    assert (words.ending("云帆有限公司"), words.beginning("云帆有限公司")) == ("有限公司", "云")


def test_a_text_without_one_and_an_empty_text_have_none() -> None:
    words = Affixes(WORDS)
    assert (words.ending("公司云帆"), words.beginning(""), words.ending("")) == ("", "", "")


@given(st.text("公司有限厂云帆", max_size=8))
def test_an_ending_is_what_a_pattern_of_all_words_finds(text: str) -> None:
    found = re.search(rf"(?:{'|'.join(WORDS)})$", text)
    assert Affixes(WORDS).ending(text) == (found[0] if found else "")
