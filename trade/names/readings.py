"""How Chinese characters are read (拼音), tones left out.

`readings.txt` holds the usual reading of each character, and the words that are read otherwise (重庆, 银行). It is
drawn from pypinyin's dictionary, which itself would take 54 MB in every process.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_LONGEST_SYLLABLE = 6
_VOWELS = frozenset("aeiouv")


@dataclass(frozen=True, slots=True)
class _Readings:
    """The usual reading of a character; the words read otherwise, and the longest of them by its first two characters.

    One character begins two words in five of a firm's name, two characters hardly any: mostly nothing is looked up.
    """

    usual: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]
    longest: Mapping[str, int]


def syllables(text: str) -> list[str]:
    """The syllables of a text, the longest known word first; what is no Chinese character stays as it is, in one piece.

    渠成ABC科技 is `qu`, `cheng`, `ABC`, `ke`, `ji`.
    """
    readings = _readings()
    usual, longest = readings.usual, readings.longest
    read: list[str] = []
    place, foreign = 0, ""
    while place < len(text):
        letter = text[place]
        found = _word_at(text, place, readings) if text[place : place + 2] in longest else ()
        if not found and letter in usual:
            found = (usual[letter],)
        if not found:
            foreign += letter
            place += 1
            continue
        if foreign:
            read.append(foreign)
            foreign = ""
        read += found
        place += len(found)
    return [*read, foreign] if foreign else read


def _word_at(text: str, place: int, readings: _Readings) -> tuple[str, ...]:
    """The syllables of the longest word that stands there and is read otherwise; none without one."""
    most = readings.longest[text[place : place + 2]]
    for length in range(min(most, len(text) - place), 1, -1):
        word = readings.words.get(text[place : place + length])
        if word:
            return word
    return ()


@lru_cache(maxsize=1)
def _readings() -> _Readings:
    characters, _, listed = (Path(__file__).parent / "readings.txt").read_text(encoding="utf-8").partition("\n\n")
    usual = {}
    for line in characters.splitlines():
        syllable, _, read_so = line.partition(" ")
        usual.update(dict.fromkeys(read_so, syllable))
    words = {word: tuple(read) for word, *read in map(str.split, listed.splitlines())}
    longest: dict[str, int] = {}
    for word in words:
        longest[word[:2]] = max(len(word), longest.get(word[:2], 0))
    return _Readings(usual, words, longest)


@lru_cache(maxsize=8192)
def spelt_opening(letters: str, *, syllables: int = 2) -> str:
    """The first syllables of a spelling, the longest that fit; what is no pinyin stays whole.

    渠成科技 (`quchengkeji`) and "Qucheng" both open with `qucheng`.
    """
    end = 0
    for _ in range(syllables):
        if end == len(letters):
            break
        end = _syllable_end(letters, end)
        if not end:
            return letters
    return letters[:end]


def is_pinyin(letters: str) -> bool:
    """Whether a spelling is nothing but syllables: `baishengyuan` is, `apexlink` is not."""
    end = 0
    while end < len(letters):
        following = _syllable_end(letters, end)
        if not following:
            return False
        end = following
    return True


def _syllable_end(letters: str, start: int) -> int:
    """Where the longest syllable ends that stands there; 0 for none."""
    known = _spellings()
    for end in range(min(start + _LONGEST_SYLLABLE, len(letters)), start, -1):
        if letters[start:end] in known:
            return end
    return 0


@lru_cache(maxsize=1)
def _spellings() -> frozenset[str]:
    # 嗯 and 呣 are syllables by the dictionary; no firm is spelt with them.
    return frozenset(each for each in _readings().usual.values() if not _VOWELS.isdisjoint(each) and each != "o")
