"""Who somebody is by the word of the enterprise's OpenID Connect provider (统一身份认证)."""

from dataclasses import dataclass

from kernel.errors import Kind, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A person as the provider names him; `email` is empty where the provider has not verified one."""

    issuer: str
    subject: str
    email: str


@dataclass(eq=False, kw_only=True)
class OpenIdNotConfigured(Refusal):
    """The installation names no provider."""

    kind = Kind.RULE_VIOLATION
    reason = "OPENID_NOT_CONFIGURED"


@dataclass(eq=False, kw_only=True)
class OpenIdUnavailable(Refusal):
    """The provider does not answer, or not as its standard says."""

    kind = Kind.UNAVAILABLE
    reason = "OPENID_UNAVAILABLE"

    retry_after_ms: int = 2000


@dataclass(eq=False, kw_only=True)
class OpenIdRefused(Refusal):
    """The provider refuses the code, or its ID token does not hold."""

    kind = Kind.UNAUTHENTICATED
    reason = "OPENID_REFUSED"
