"""From a bearer token to the caller: what the boundary of every service asks."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from chassis.organization.organization import Organization
from chassis.principal import Principal
from chassis.tokens import TokenVerifier


def identify_by(verifier: TokenVerifier, organization: Organization) -> Callable[[str, datetime], Awaitable[Principal]]:
    """The token says who, the organization says what that may do; both raise Unauthenticated."""

    async def identify(token: str, now: datetime) -> Principal:
        claims = await verifier.verify(token, now)
        return await organization.principal(subject=claims.subject, roles=claims.roles, permissions=claims.permissions)

    return identify
