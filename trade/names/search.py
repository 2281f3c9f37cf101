"""Keys under which a name is found and sorted."""

from dataclasses import dataclass
from itertools import pairwise

from trade.names.readings import syllables
from trade.text import folded


@dataclass(frozen=True, slots=True)
class PinyinKey:
    """A name in Latin letters (拼音): in full for sorting, initials for quick search; tones are left out."""

    full: str
    initials: str


def pinyin_key(text: str) -> PinyinKey:
    """The pinyin of a name; Latin letters and digits stay as they are: 渠成科技 is `qu cheng ke ji`, `qckj`."""
    name = folded(text)
    words: list[str] = []
    for part in (name,) if name.isascii() else syllables(name):
        if part.isalnum():
            words.append(part)
        else:
            words += filter(None, ("".join(filter(str.isalnum, word)) for word in part.split()))
    return PinyinKey(" ".join(words), "".join(word[0] for word in words))


def bigrams(text: str) -> frozenset[str]:
    """The pairs of neighbouring characters of a name, spaces left out; a single character stands for itself."""
    letters = "".join(filter(str.isalnum, folded(text)))
    pairs = frozenset(map("".join, pairwise(letters)))
    return pairs or frozenset({letters} - {""})
