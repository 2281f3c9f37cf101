"""Countries and regions (国家/地区) by the names people write: `countries.txt` has every one of ISO 3166."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from trade.text import folded


def country_code(text: str) -> str:
    """The ISO 3166 code of a country written as its code of two or three letters, or as one of its names.

    Chinese names are known in simplified and traditional characters. Raises KeyError for any other text.
    """
    codes = _codes()
    return codes.get(text) or codes[folded(text).replace("’", "'")]


@lru_cache(maxsize=1)
def _codes() -> Mapping[str, str]:
    codes: dict[str, str] = {}
    for line in (Path(__file__).parent / "countries.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            code, *names = line.split("|")
            codes |= dict.fromkeys((code, code.lower(), *names), code)
    return codes
