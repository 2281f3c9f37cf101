"""Visitors (访客): the people behind a lead are known by the token that a link or a mail to them carries."""

import base64
import binascii
import hmac
from uuid import UUID

_SEAL = 16
_UUID = 16


def visitor_token(key: bytes, lead: UUID) -> str:
    """The token of a lead: its id, sealed, so that nobody makes one up."""
    return base64.urlsafe_b64encode(lead.bytes + _seal(key, lead)).decode().rstrip("=")


def lead_of_visitor(key: bytes, token: str) -> UUID | None:
    """The lead whose token it is; None for one that we did not give."""
    try:
        told = base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except (UnicodeEncodeError, binascii.Error):
        return None
    if len(told) != _UUID + _SEAL:
        return None
    lead = UUID(bytes=told[:_UUID])
    return lead if hmac.compare_digest(told[_UUID:], _seal(key, lead)) else None


def _seal(key: bytes, lead: UUID) -> bytes:
    return hmac.digest(key, lead.bytes, "sha256")[:_SEAL]
