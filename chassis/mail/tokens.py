"""The tokens of links in mails: the mail and what the link is for, sealed, so that nobody makes one up."""

import base64
import binascii
import hmac
from dataclasses import dataclass
from enum import IntEnum
from uuid import UUID

_SEAL = 16
_UUID = 16


class LinkKind(IntEnum):
    """What a link is for."""

    UNSUBSCRIBE = 1
    PICTURE = 2
    CONTENT = 3


@dataclass(frozen=True, slots=True)
class MailLink:
    """A link of a mail; of several to content, the one at a `place`."""

    mail: UUID
    kind: LinkKind
    place: int = 0


def mail_token(key: bytes, mail: UUID, kind: LinkKind, *, place: int = 0) -> str:
    """The token of a link."""
    told = mail.bytes + bytes((kind, place))
    return base64.urlsafe_b64encode(told + _seal(key, told)).decode().rstrip("=")


def link_of_token(key: bytes, token: str) -> MailLink | None:
    """The link whose token it is; None for one that we did not give."""
    try:
        told = base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except (UnicodeEncodeError, binascii.Error):
        return None
    content, seal = told[: _UUID + 2], told[_UUID + 2 :]
    if len(seal) != _SEAL or not hmac.compare_digest(seal, _seal(key, content)):
        return None
    return MailLink(UUID(bytes=content[:_UUID]), LinkKind(content[_UUID]), content[_UUID + 1])


def _seal(key: bytes, told: bytes) -> bytes:
    return hmac.digest(key, told, "sha256")[:_SEAL]
