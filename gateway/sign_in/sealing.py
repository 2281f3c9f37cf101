"""Values that leave the process and come back: encrypted and bound to a purpose and an end (AES-256-GCM)."""

import base64
import hashlib
import os
import time
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class SealBroken(Exception):  # noqa: N818 - read aloud where it is caught
    """The value was altered, made for another purpose or by another key, or is past its end."""


class Sealer:
    """Seals small documents with the installation's secret."""

    def __init__(self, secret: str, *, clock: Callable[[], float] = time.time) -> None:
        """Derive the key; every gateway process with the same secret opens what another sealed."""
        self._cipher = AESGCM(hashlib.sha256(b"millrace gateway seal" + secret.encode()).digest())
        self._clock = clock

    def seal(self, purpose: str, document: Mapping[str, Any], *, seconds: int) -> str:
        """The document as a text for a cookie, good for so many seconds."""
        nonce = os.urandom(_NONCE_BYTES)
        plain = orjson.dumps({"end": self._clock() + seconds, "document": document})
        return base64.urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, plain, purpose.encode())).decode("ascii")

    def open(self, purpose: str, sealed: str) -> dict[str, Any]:
        """The document; raises SealBroken."""
        try:
            raw = base64.urlsafe_b64decode(sealed.encode("ascii"))
            content = orjson.loads(self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], purpose.encode()))
        except (ValueError, InvalidTag):
            raise SealBroken from None
        if content["end"] < self._clock():
            raise SealBroken
        document: dict[str, Any] = content["document"]
        return document
