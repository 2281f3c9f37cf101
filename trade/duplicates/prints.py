"""Fingerprints as short texts, to be kept beside the record: reading one back takes a tenth of making it anew."""

from functools import lru_cache
from hashlib import blake2b

from msgspec import json

from trade.duplicates.fingerprint import Fingerprint
from trade.duplicates.rules import DuplicateRules

# To be counted up whenever a record gets another fingerprint than before, or is written otherwise.
PRINT_SCHEME = 2
_READER = json.Decoder(tuple[str, Fingerprint])


@lru_cache(maxsize=64)
def prints_mark(rules: DuplicateRules) -> str:
    """What fingerprints depend on beside the record: how they are made, and the fields and values the rules name.

    Weights and limits are no part of it: they judge what fingerprints say.
    """
    named = json.encode([[each.name for each in rules.custom_fields], sorted(rules.ignored_values)])
    return f"{PRINT_SCHEME}.{blake2b(named, digest_size=4).hexdigest()}"


def to_text(prints: Fingerprint, mark: str) -> str:
    """The fingerprint as JSON, with the mark of what it was made by. It tells who the person is: erase it with him.

    Sets have no order: the same fingerprint may be written in several ways.
    """
    return json.encode((mark, prints)).decode()


def from_text(text: str, mark: str) -> Fingerprint | None:
    """The fingerprint that was written; None when it was made otherwise than fingerprints of this mark."""
    return _READER.decode(text)[1] if text.startswith(mark, 2) else None
