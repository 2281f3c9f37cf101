"""Signatures (签署): a link used once with a code, or paper with a scan; what proves who agreed to what, and when."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from uuid import UUID

from kernel.errors import Kind, Refusal
from kernel.events import Change


class SignatureMethod(Enum):
    """How it is signed."""

    ELECTRONIC = "electronic"
    PAPER = "paper"


class SignatureState(Enum):
    """Where a signature stands."""

    OPEN = "open"
    SIGNED = "signed"
    REVOKED = "revoked"
    LOCKED = "locked"


NEXT_STATES: Mapping[SignatureState, frozenset[SignatureState]] = {
    SignatureState.OPEN: frozenset({SignatureState.SIGNED, SignatureState.REVOKED, SignatureState.LOCKED}),
    SignatureState.SIGNED: frozenset(),
    SignatureState.REVOKED: frozenset(),
    SignatureState.LOCKED: frozenset({SignatureState.REVOKED}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Who signed, with which words, from which network address; for paper, where the original lies."""

    signer_name: str = ""
    intent: str = ""
    address: str = ""
    archive_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One way to sign a contract. Only the digests of its token and code are kept.

    `contact` is who is to sign, where somebody said it. `content_hash` is the contract's content, `document` the file
    that was shown and `document_hash` its SHA-256.
    """

    uuid: UUID
    version: int = 0
    contract: UUID
    method: SignatureMethod
    state: SignatureState = SignatureState.OPEN
    token_hash: bytes | None
    code_hash: bytes = b""
    attempts: int = 0
    expire_time: datetime
    content_hash: bytes
    document: UUID | None
    document_hash: bytes
    evidence: Evidence = Evidence()
    contact: UUID | None = None
    creator: str
    sign_time: datetime | None = None
    create_time: datetime
    update_time: datetime

    @property
    def resource(self) -> str:
        """The resource name."""
        return f"signatures/{self.uuid}"

    def require_open(self, *, now: datetime) -> None:
        """Raise SignatureClosed for one that was used, taken back or locked, SignatureExpired for one that is over."""
        if self.state is not SignatureState.OPEN:
            raise SignatureClosed(state=self.state.name)
        if now >= self.expire_time:
            raise SignatureExpired

    def accepts(self, code: str) -> bool:
        """Whether the code is the one that was handed over."""
        return hmac.compare_digest(self.code_hash, digest_of(code, uuid=self.uuid))

    def missed(self, *, most: int, now: datetime) -> Change["Signature"]:
        """Count a wrong code; after `most` of them the link is locked."""
        attempts = self.attempts + 1
        state = SignatureState.LOCKED if attempts >= most else self.state
        return Change(replace(self, attempts=attempts, state=state, update_time=now), (SignatureFailed(),))

    def sign(self, *, evidence: Evidence, now: datetime) -> Change["Signature"]:
        """Sign. Raises SignatureClosed and SignatureExpired."""
        self.require_open(now=now)
        signed = replace(self, state=SignatureState.SIGNED, evidence=evidence, sign_time=now, update_time=now)
        return Change(signed, (SignatureSigned(),))

    def revoke(self, *, now: datetime) -> Change["Signature"]:
        """Take the link back. Raises SignatureClosed."""
        if SignatureState.REVOKED not in NEXT_STATES[self.state]:
            raise SignatureClosed(state=self.state.name)
        return Change(replace(self, state=SignatureState.REVOKED, update_time=now), (SignatureRevoked(),))


def erase_signer(signature: Signature, *, now: datetime) -> Change[Signature]:
    """Forget who signed, and from where; the sealed paper proves it. Nothing left to erase is no event."""
    after = replace(signature, evidence=replace(signature.evidence, signer_name="", address=""))
    if after == signature:
        return Change(signature, ())
    return Change(replace(after, update_time=now), (SignaturePersonErased(),))


def request_signature(signature: Signature) -> Change[Signature]:
    """Open a signature."""
    return Change(signature, (SignatureRequested(),))


def signed_on_paper(signature: Signature) -> Change[Signature]:
    """Record a signature that was given on paper."""
    return Change(replace(signature, state=SignatureState.SIGNED), (SignatureSigned(),))


def digest_of(secret: str, *, uuid: UUID | None = None) -> bytes:
    """The SHA-256 of a token, or of a code with its signature's id."""
    return hashlib.sha256(f"{uuid or ''}:{secret}".encode()).digest()


@dataclass(frozen=True, slots=True)
class SignatureRequested:
    """A signature was asked for."""


@dataclass(frozen=True, slots=True)
class SignatureFailed:
    """A wrong code was given."""


@dataclass(frozen=True, slots=True)
class SignatureSigned:
    """The contract was signed by it."""


@dataclass(frozen=True, slots=True)
class SignatureRevoked:
    """It was taken back."""


@dataclass(frozen=True, slots=True)
class SignaturePersonErased:
    """Whoever signed was erased."""


@dataclass(eq=False, kw_only=True)
class SignatureNotFound(Refusal):
    """There is no such link."""

    kind = Kind.NOT_FOUND
    reason = "SIGNATURE_NOT_FOUND"


@dataclass(eq=False, kw_only=True)
class SignatureClosed(Refusal):
    """The link was used, taken back, or locked after wrong codes."""

    kind = Kind.RULE_VIOLATION
    reason = "SIGNATURE_CLOSED"

    state: str


@dataclass(eq=False, kw_only=True)
class SignatureExpired(Refusal):
    """The link is over."""

    kind = Kind.RULE_VIOLATION
    reason = "SIGNATURE_EXPIRED"


@dataclass(eq=False, kw_only=True)
class SignatureCodeWrong(Refusal):
    """The code is not the one that was handed over."""

    kind = Kind.RULE_VIOLATION
    reason = "SIGNATURE_CODE_WRONG"


@dataclass(eq=False, kw_only=True)
class SignerUnknown(Refusal):
    """Who is to sign is no contact of the customer, or out of the caller's sight."""

    kind = Kind.INVALID_INPUT
    reason = "CONTRACT_SIGNER_UNKNOWN"

    contact: str
    field: str = "contact"


@dataclass(eq=False, kw_only=True)
class SealMissing(Refusal):
    """The company has not set up its name and seal; nothing can be signed electronically."""

    kind = Kind.RULE_VIOLATION
    reason = "SEAL_MISSING"
