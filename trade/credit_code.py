"""The unified social credit code (统一社会信用代码) of GB 32100-2015 and its check digit."""

import re
from dataclasses import dataclass

from kernel.errors import InvalidField
from trade.text import tidy

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_SHAPE = re.compile(f"[{_ALPHABET}]{{18}}")
_VALUE = {letter: value for value, letter in enumerate(_ALPHABET)}
# GB 32100-2015, annex A: the weight of place i is 3 to the power i - 1, modulo 31.
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))


@dataclass(eq=False, kw_only=True)
class CreditCodeInvalid(InvalidField):
    """The code is not eighteen characters of GB 32100, or its check digit does not fit."""

    reason = "CREDIT_CODE_INVALID"


def check_digit(first_seventeen: str) -> str:
    """The last character that belongs to the first seventeen."""
    total = sum(_VALUE[letter] * weight for letter, weight in zip(first_seventeen, _WEIGHTS, strict=True))
    return _ALPHABET[-total % 31]


def is_credit_code(code: str) -> bool:
    """Whether a code in canonical form holds by GB 32100."""
    return _SHAPE.fullmatch(code) is not None and check_digit(code[:17]) == code[17]


def credit_code(text: str, *, field: str = "credit_code") -> str:
    """The code in canonical form: upper case, without spaces and hyphens.

    Raises:
        CreditCodeInvalid: it does not hold; `field` names where it stood.
    """
    code = tidy(text).upper().replace(" ", "").replace("-", "")
    if not is_credit_code(code):
        raise CreditCodeInvalid(field=field)
    return code
