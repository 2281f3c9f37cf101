"""Personal values where they must not stand: masked forms for people, a keyed digest to compare by."""

import hashlib

_BLOCK = 64  # bytes SHA-256 works on at a time

_LONG = 8  # a phone or a mail address is longer
_SHORT = 3  # a name of two characters keeps one
_NUMBER = 11  # digits of a mobile number, or of a landline with its area code
_SHORT_NUMBER = 6


def _begun(key: bytes) -> tuple["hashlib._Hash", "hashlib._Hash"]:
    """The two hashes of HMAC-SHA-256 (RFC 2104) after what they begin with for every value: half of their work."""
    block = key.ljust(_BLOCK, b"\x00")
    inner, outer = (hashlib.sha256(bytes(byte ^ pad for byte in block)) for pad in (0x36, 0x5C))
    return inner, outer


_inner, _outer = _begun(b"")


def set_key(secret: str) -> None:
    """Derive the key of the digests from the installation's secret; called once, at the start of the process."""
    global _inner, _outer  # one key per process, as the logging configuration is
    _inner, _outer = _begun(hashlib.sha256(b"millrace audit digest" + secret.encode()).digest())


def mask(value: str) -> str:
    """The first and the last character (of long values three and two), and dots between."""
    if len(value) > _LONG:
        return f"{value[:3]}…{value[-2:]}"
    return f"{value[:1]}…" if len(value) < _SHORT else f"{value[:1]}…{value[-1:]}"


def digest(value: str) -> str:
    """A keyed SHA-256 (HMAC, RFC 2104) of the value, 16 bytes as hex."""
    inner, outer = _inner.copy(), _outer.copy()
    inner.update(value.encode())
    outer.update(inner.digest())
    return outer.hexdigest()[:32]


def masked_phone(value: str) -> str:
    """The number without its middle, 138****8000; a short one keeps its last two digits."""
    digits = "".join(filter(str.isdigit, value.strip().removeprefix("+86").removeprefix("0086")))
    if len(digits) >= _NUMBER:
        return f"{digits[:3]}****{digits[-4:]}"
    return f"****{digits[-2:] if len(digits) > _SHORT_NUMBER else ''}"


def masked_email(value: str) -> str:
    """The first letter of the name and the domain, w***@example.com; of what is no address nothing."""
    name, at, domain = value.strip().rpartition("@")
    return f"{name[:1]}***@{domain}" if at else "***"
