"""Conditions that name an industry (行业): any word for it means its code, as in the leads they are asked of."""

import re

from trade.industries import INDUSTRIES, industry_code

_TEXT = r"""(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
# What is compared with the industry, and, so that nothing is found within them, all other texts.
_PLACES = re.compile(
    rf"(?<![.\w])industry\s*[!=]=\s*{_TEXT}|{_TEXT}\s*[!=]=\s*industry\b"
    rf"|(?<![.\w])industry\s+in\s*\[[^\]]*\]|(?P<other>{_TEXT})"
)


def with_codes(condition: str) -> str:
    """The condition with the codes of the industries it compares with: `industry == "零售"` asks for `retail`.

    Only whole words are compared so, by ==, != and in; what the table does not know stays as it is written.
    """
    return _PLACES.sub(_coded_place, condition)


def _coded_place(found: re.Match[str]) -> str:
    return found[0] if found["other"] else re.sub(_TEXT, _coded_text, found[0])


def _coded_text(found: re.Match[str]) -> str:
    quote, code = found[0][0], industry_code(found[0][1:-1])
    return f"{quote}{code}{quote}" if code in INDUSTRIES else found[0]
