"""Webhooks: who tells of behaviour proves by a signature that he may, and that he means it now.

As Standard Webhooks has it (https://github.com/standard-webhooks/standard-webhooks, "Signature scheme").
"""

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from kernel.errors import InvalidField, Kind, Refusal

WINDOW = timedelta(minutes=5)
_PREFIX = "whsec_"


@dataclass(eq=False, kw_only=True)
class WebhookUnsigned(Refusal):
    """The signature is not that of the channel over this body, or is older or younger than five minutes."""

    kind = Kind.UNAUTHENTICATED
    reason = "WEBHOOK_UNSIGNED"


@dataclass(eq=False, kw_only=True)
class WebhookBodyInvalid(InvalidField):
    """The signed body is not the JSON of what is to be told, or more than a mebibyte of it."""

    reason = "WEBHOOK_BODY_INVALID"

    field: str = "content"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A body and how it is signed: the sender's id of the message, the second of the signature, the signatures."""

    id: str
    timestamp: str
    signatures: str
    body: bytes

    def check(self, *, key: bytes, now: datetime) -> None:
        """Pass what was signed by the key within the window; raises WebhookUnsigned.

        Of several signatures, as a sender has while he changes his key, one is enough.
        """
        if not (self.id and self.timestamp.isdecimal() and self.timestamp.isascii() and len(self.timestamp) <= 11):  # noqa: PLR2004 - seconds for three thousand years
            raise WebhookUnsigned
        if abs(now.timestamp() - int(self.timestamp)) > WINDOW.total_seconds():
            raise WebhookUnsigned
        wanted = f"v1,{signature(key, self.id, self.timestamp, self.body)}".encode()
        if not any(hmac.compare_digest(wanted, each.encode()) for each in self.signatures.split()):
            raise WebhookUnsigned


def channel_key(installation: bytes, channel: UUID) -> bytes:
    """What a channel's webhooks are signed by: it follows from the installation's key, and is kept nowhere."""
    return hmac.digest(installation, channel.bytes, "sha256")


def written_key(key: bytes) -> str:
    """The key as it is handed to the sender."""
    return _PREFIX + base64.b64encode(key).decode()


def signature(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    """The signature over id, time and the raw body."""
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    return base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
