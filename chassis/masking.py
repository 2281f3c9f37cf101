"""Personal values where they must not stand: a masked form for people, a keyed digest to compare by."""

import hashlib
import hmac

_key = b""
_LONG = 8  # a phone or a mail address is longer
_SHORT = 3  # a name of two characters keeps one


def set_key(secret: str) -> None:
    """Derive the key of the digests from the installation's secret; called once, at the start of the process."""
    global _key  # noqa: PLW0603 - one key per process, as the logging configuration is
    _key = hashlib.sha256(b"millrace audit digest" + secret.encode()).digest()


def mask(value: str) -> str:
    """The first and the last character (of long values three and two), and dots between."""
    if len(value) > _LONG:
        return f"{value[:3]}…{value[-2:]}"
    return f"{value[:1]}…" if len(value) < _SHORT else f"{value[:1]}…{value[-1:]}"


def digest(value: str) -> str:
    """A keyed SHA-256 (HMAC, RFC 2104) of the value, 16 bytes as hex."""
    return hmac.digest(_key, value.encode(), "sha256").hex()[:32]
