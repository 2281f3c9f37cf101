"""What the installation's secret protects: private keys at rest, the chain of refresh tokens, digests of addresses."""

import base64
import hashlib
import hmac
import os
import secrets
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12


class SealBroken(Exception):  # noqa: N818 - read by the operator: another secret, or altered rows
    """What is sealed cannot be opened with this process's MILLRACE_SECRET."""


class Sealing:
    """Keys for each purpose, derived from the installation's secret (HKDF, RFC 5869)."""

    def __init__(self, secret: str) -> None:
        self._aead = AESGCM(_derive(secret, b"millrace signing keys"))
        self._chain = _derive(secret, b"millrace refresh tokens")
        self._addresses = _derive(secret, b"millrace sign-in addresses")

    def seal(self, plain: bytes, *, of: UUID) -> bytes:
        """Encrypt (AES-256-GCM), bound to the row it stands in."""
        nonce = os.urandom(_NONCE)
        return nonce + self._aead.encrypt(nonce, plain, of.bytes)

    def open(self, sealed: bytes, *, of: UUID) -> bytes:
        """Decrypt; raises SealBroken."""
        try:
            return self._aead.decrypt(sealed[:_NONCE], sealed[_NONCE:], of.bytes)
        except InvalidTag as error:
            raise SealBroken(f"signing key {of} was sealed with another MILLRACE_SECRET than this one") from error

    def key_pair(self, of: UUID) -> tuple[str, bytes]:
        """A new Ed25519 key pair for a row: its public half as base64url (RFC 8037), its private half sealed."""
        private = Ed25519PrivateKey.generate()
        return _text(private.public_key().public_bytes_raw()), self.seal(private.private_bytes_raw(), of=of)

    def successor(self, refresh_token: str) -> str:
        """The refresh token that follows this one.

        Derived, not drawn: whoever repeats a refresh (a lost answer, a second tab) gets the same successor, though
        only its digest is stored.
        """
        return _text(hmac.new(self._chain, refresh_token.encode(), hashlib.sha256).digest())

    def address(self, email: str) -> UUID:
        """The guard's id of a mail address, however it is written (UUIDv8, RFC 9562)."""
        digest = hmac.new(self._addresses, email.strip().lower().encode(), hashlib.sha256).digest()
        value = bytearray(digest[:16])
        value[6] = (value[6] & 0x0F) | 0x80
        value[8] = (value[8] & 0x3F) | 0x80
        return UUID(bytes=bytes(value))


def new_secret() -> str:
    """256 random bits, base64url."""
    return secrets.token_urlsafe(32)


def _derive(secret: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
