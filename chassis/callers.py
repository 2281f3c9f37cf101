"""What a service needs to know its callers, and to be known itself: the same for every service but directory.

CALLERS = Callers(ORGANIZATION, REVOKED_SESSIONS)
DEFINITION = ServiceDefinition(…, identify=CALLERS.identify, credentials=CALLERS.credentials,
    subscriptions=CALLERS.subscriptions, warm=CALLERS.warm)
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Table

from chassis.consumer import Subscription
from chassis.key_sets import RemoteKeySet
from chassis.organization import Organization, OrganizationTables, identify_by, organization_subscription
from chassis.parts import Metadata, Parts
from chassis.revocations import RevocationList, revocation_subscription, stored_revocations
from chassis.rpc.serving import Identify
from chassis.tokens import ServiceTokens, TokenVerifier, service_secret


@dataclass(frozen=True, slots=True)
class Callers:
    """Who calls: tokens are checked with directory's keys, and what their bearer may do stands in the copy of it."""

    copy: OrganizationTables
    revoked_sessions: Table

    def organization(self, parts: Parts) -> Organization:
        """Who works here, from this service's copy."""
        made: Organization = parts.once("organization", lambda: Organization(engine=parts.engine, tables=self.copy))
        return made

    def revocations(self, parts: Parts) -> RevocationList:
        """The sessions and API clients that ended before their tokens."""
        made: RevocationList = parts.once(
            "revocations", lambda: RevocationList(stored_revocations(parts.engine, self.revoked_sessions))
        )
        return made

    def identify(self, parts: Parts) -> Identify:
        """Tells the principal of a call."""
        verifier = TokenVerifier(RemoteKeySet(parts.channel("directory")), revocations=self.revocations(parts))
        return identify_by(verifier, self.organization(parts))

    def credentials(self, parts: Parts) -> Metadata:
        """The service's own token, for what it asks its neighbours by itself."""
        name = parts.definition.name
        secret = service_secret(parts.settings.secret, name)
        tokens: ServiceTokens = parts.once(
            "tokens", lambda: ServiceTokens(parts.channel("directory"), service=name, secret=secret)
        )

        async def metadata() -> tuple[tuple[str, str], ...]:
            return (("authorization", f"Bearer {await tokens.token(parts.clock.now())}"),)

        return metadata

    def subscriptions(self, parts: Parts) -> Sequence[Subscription]:
        """What keeps the copy and the list of ended sessions up to date."""
        name = parts.definition.name
        return (
            organization_subscription(consumer=f"{name}-organization", tables=self.copy),
            revocation_subscription(f"{name}-revocations", self.revoked_sessions),
        )

    async def warm(self, parts: Parts) -> None:
        """Read the organization before the first call: a caller must not wait for it."""
        await self.organization(parts).refresh()


def page_key(parts: Parts) -> bytes:
    """Seals page tokens."""
    return derived_key(parts, "pages")


def derived_key(parts: Parts, purpose: str) -> bytes:
    """A key of one purpose out of the installation's secret: the same in every process of the service."""
    return hmac.new(
        parts.settings.secret.encode(), f"millrace {parts.definition.name} {purpose}".encode(), "sha256"
    ).digest()
