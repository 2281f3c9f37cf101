"""The chain: each entry's hash covers the entry and the hash before it, so that any alteration shows."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

FIRST = b"\x00" * 32
_COVERED = ("id", "occurred", "actor", "on_behalf_of", "action", "resource", "version", "request_id", "details")


@dataclass(frozen=True, slots=True)
class Flaw:
    """Where the chain does not hold: at which place, and how."""

    place: int
    what: str


def link(before: bytes, entry: Mapping[str, Any]) -> bytes:
    """SHA-256 over the hash before and the canonical JSON of the entry (sorted keys, RFC 3339 times in UTC)."""
    covered = {name: entry[name] for name in _COVERED}
    canonical = orjson.dumps(covered, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)
    return hashlib.sha256(before + canonical).digest()


def flaws(entries: Iterable[Mapping[str, Any]], *, start: bytes = FIRST, after: int = 0) -> list[Flaw]:
    """Every place at which entries, in order of place, do not continue the chain.

    They begin behind the place `after`, whose hash is `start`.
    """
    found: list[Flaw] = []
    before, expected = start, after + 1
    for entry in entries:
        if entry["place"] != expected:
            found.append(Flaw(entry["place"], f"place {expected} is missing"))
            expected = entry["place"]
        if link(before, entry) != bytes(entry["hash"]):
            found.append(Flaw(entry["place"], "the entry or the one before it was altered"))
        before, expected = bytes(entry["hash"]), expected + 1
    return found


def sign_head(secret: str, place: int, head: bytes) -> str:
    """The signature of a head, to be kept outside the database: HMAC-SHA-256 over place and hash."""
    return hmac.new(secret.encode(), f"{place}:{head.hex()}".encode(), hashlib.sha256).hexdigest()
