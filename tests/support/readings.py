"""Draws `trade/names/readings.txt` from pypinyin: `python -m tests.support.readings > trade/names/readings.txt`."""

import sys
import unicodedata
from collections import defaultdict

from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

_LAST = 0xFFFF


def drawn() -> str:
    """One line a syllable with the characters read so, then the words whose reading their characters do not tell."""
    usual = {chr(code): _plain(readings.split(",")[0]) for code, readings in PINYIN_DICT.items() if code <= _LAST}
    by_syllable: dict[str, list[str]] = defaultdict(list)
    for character, syllable in usual.items():
        by_syllable[syllable].append(character)
    lines = [f"{syllable} {''.join(sorted(characters))}" for syllable, characters in sorted(by_syllable.items())]
    words = []
    for word, readings in PHRASES_DICT.items():
        read = [_plain(each[0]) for each in readings]
        if len(read) == len(word) and read != [usual.get(character, character) for character in word]:
            words.append(f"{word} {' '.join(read)}")
    return "\n".join([*lines, "", *sorted(words)]) + "\n"


def _plain(syllable: str) -> str:
    """The syllable without its tone; ü is v, as it is typed."""
    parts = unicodedata.normalize("NFD", syllable)
    bare = "".join(letter for letter in parts if not unicodedata.combining(letter) or letter == "\u0308")
    return unicodedata.normalize("NFC", bare).replace("ü", "v")


if __name__ == "__main__":
    sys.stdout.write(drawn())
