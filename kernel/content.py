"""What somebody agreed to, as a digest: whether it is still the same can be asked later, without keeping it."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from uuid import UUID

# What JSON tells as it is; asked first, because most of what is hashed is of these.
_AS_IT_IS = frozenset({str, int, bool, type(None)})


def content_hash(facts: Mapping[str, object]) -> bytes:
    """The SHA-256 of facts in one canonical form: the order of keys and of sets does not count, everything else does.

    Raises TypeError for a value that has no exact text, a float among them.
    """
    text = json.dumps(_plain(facts), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode()).digest()


def _plain(value: object) -> object:
    if type(value) in _AS_IT_IS:
        return value
    if isinstance(value, (str, int)):  # enumerations and the like
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(str(_plain(each)) for each in value)
    return _text(value)


def _text(value: object) -> object:
    if isinstance(value, date):  # instants too
        return value.isoformat()
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Decimal | UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no exact text")
