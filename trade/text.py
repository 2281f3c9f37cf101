"""Writing made comparable: full width to half width, traditional to simplified, one case, one kind of space."""

import unicodedata
from functools import lru_cache

import opencc

_TRANSPARENT = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))


@lru_cache(maxsize=1)
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def tidy(text: str) -> str:
    """The text in half width (半角), without invisible marks and doubled spaces; case and script stay."""
    if text.isascii():
        return " ".join(text.split())
    text = unicodedata.normalize("NFKC", text)
    if not text.isprintable():  # no invisible mark is, and to look for each of them takes longer
        text = text.translate(_TRANSPARENT)
    return " ".join(text.split())


def simplified(text: str) -> str:
    """The text in simplified characters (简体)."""
    return text if text.isascii() else _converted(text)


def folded(text: str) -> str:
    """The form two writings of the same thing share: half width, simplified, lower case."""
    if text.isascii():
        return " ".join(text.split()).lower()
    return _converted(tidy(text)).lower()


@lru_cache(maxsize=8192)
def _converted(text: str) -> str:
    # One lead's name is folded for its fingerprint, its sorting and its search: three times within a millisecond.
    return str(_simplifier().convert(text))


def is_han(text: str) -> bool:
    """Whether the text contains a Chinese character (汉字)."""
    return not text.isascii() and any("\u3400" <= letter <= "\u9fff" for letter in text)


def listed(words: str) -> tuple[str, ...]:
    """The words of a list written as one text, in its order."""
    return tuple(words.split())
