"""Entity tags (RFC 9110, 8.8.3): the version that a write must have seen, and a digest of what the reader was shown.

An answer holds more than its resource's own version: what was learnt since, what others wrote beside it, what the
reader may see, in his language. So a read that is asked again is unchanged only where all of it is, while a write is
held against the version alone.
"""

from hashlib import blake2b

_APART = "."


def etag_of(version: str, body: bytes) -> str:
    """The tag of an answer, without quotes; empty for what has no version."""
    return f"{version}{_APART}{blake2b(body, digest_size=6).hexdigest()}" if version else ""


def version_of(if_match: str) -> str:
    """The version that an If-Match names, be it a whole tag or the version alone, as a resource's `etag` has it."""
    return _opaque(if_match).partition(_APART)[0]


def is_known(etag: str, if_none_match: str) -> bool:
    """Whether the reader has this very answer already; he may name several tags."""
    return bool(etag) and etag in map(_opaque, if_none_match.split(","))


def _opaque(tag: str) -> str:
    return tag.strip().removeprefix("W/").strip('"')
