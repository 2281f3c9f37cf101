"""Keys under which a name is found and sorted."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from trade.text import folded, is_han

_HAN = re.compile(r"[\u3400-\u9fff]+|[^\u3400-\u9fff]+")


@dataclass(frozen=True, slots=True)
class PinyinKey:
    """A name in Latin letters (拼音): in full for sorting, initials for quick search; tones are left out."""

    full: str
    initials: str


def pinyin_key(text: str) -> PinyinKey:
    """The pinyin of a name; Latin letters and digits stay as they are: 渠成科技 is `qu cheng ke ji`, `qckj`."""
    name = folded(text)
    if name.isascii():
        words = ["".join(filter(str.isalnum, word)) for word in name.split()]
    else:
        words = ["".join(filter(str.isalnum, word)) for part in _syllables(name) for word in part.split()]
    words = [word for word in words if word]
    return PinyinKey(" ".join(words), "".join(word[0] for word in words))


def _syllables(name: str) -> list[str]:
    """The syllables of a name. Most characters have one reading only, and need no segmentation of the whole."""
    readings = [_only_reading(letter) for letter in name]
    if all(readings):
        return [reading or "" for reading in readings]
    return [syllable for part in _HAN.findall(name) for word in _words(part) for syllable in _spoken(word)]


def _words(part: str) -> Iterable[str]:
    if not is_han(part):
        return (part,)
    # The dictionary takes 54 MB, so only a process that needs pinyin pays for it.
    from pypinyin.seg.mmseg import seg  # noqa: PLC0415 - see the line above

    words: Iterable[str] = seg.cut(part)
    return words


@lru_cache(maxsize=16384)
def _spoken(word: str) -> tuple[str, ...]:
    """How a word is read. Names are made of the same words over and over."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - see _words

    return tuple(lazy_pinyin(word))


@lru_cache(maxsize=32768)
def _only_reading(letter: str) -> str | None:
    """How a Chinese character is read, tone left out; None where context decides, or where it is no such character."""
    if letter.isascii():
        return None
    from pypinyin import Style, pinyin  # noqa: PLC0415 - see _words

    readings = {reading for found in pinyin(letter, style=Style.NORMAL, heteronym=True) for reading in found}
    return readings.pop() if len(readings) == 1 else None


def bigrams(text: str) -> frozenset[str]:
    """The pairs of neighbouring characters of a name, spaces left out; a single character stands for itself."""
    letters = "".join(filter(str.isalnum, folded(text)))
    pairs = frozenset(map("".join, pairwise(letters)))
    return pairs or frozenset({letters} - {""})
