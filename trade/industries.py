"""Industries (行业): one code for each, whatever people call it."""

import hashlib
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

_ENDINGS = ("行业", "业", "industry")


def _folded(word: str) -> str:
    """The word as it is compared: letters and digits alone, without regard to case and width."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", word).casefold()))


def _stem(folded: str) -> str:
    for ending in _ENDINGS:
        if folded != ending and folded.endswith(ending):
            return _stem(folded.removesuffix(ending))
    return folded


def _called(code: str, entry: Mapping[str, Any]) -> Iterable[str]:
    return (code, entry["zh"], entry["en"], *entry["also"])


def _by_word() -> dict[str, str]:
    return {_folded(word): code for code, entry in _TABLE.items() for word in _called(code, entry)}


_FILE = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
_TABLE: Mapping[str, Mapping[str, Any]] = tomllib.loads(_FILE)
# Another one with every change of the table: whoever keeps codes then looks once more at what he keeps.
WORDS_MARK = hashlib.sha256(_FILE.encode()).hexdigest()[:12]
# Every code with its words, in Chinese and in English.
INDUSTRIES: Mapping[str, Mapping[str, str]] = {
    code: {"zh": entry["zh"], "en": entry["en"]} for code, entry in _TABLE.items()
}
_CODES = _by_word()
_STEMS = {_stem(word): code for word, code in _CODES.items()}


def industry_code(written: str) -> str:
    """The code of the industry that is meant: 零售, 零售业, Retail and retail are `retail`.

    What the table does not know stays as it is written, but for blanks around it.
    """
    word = _folded(written)
    return _CODES.get(word) or _STEMS.get(_stem(word)) or written.strip()


def industry_codes(written: Iterable[str]) -> tuple[str, ...]:
    """The codes of several, each once, in the order in which they were written."""
    return tuple(dict.fromkeys(map(industry_code, written)))


def industries_called(part: str) -> frozenset[str]:
    """The codes that a word finds: of the industry that bears it, else of those one of whose words holds it."""
    code, wanted = industry_code(part), _folded(part)
    if code in INDUSTRIES:
        return frozenset({code})
    return frozenset(code for word, code in _CODES.items() if wanted and wanted in word)
