"""On whose account a call runs, and what that account may do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType
from uuid import UUID

from kernel.errors import NotAllowed

_MEMBERS = "members/"


class Scope(IntEnum):
    """How far a permission reaches: the wider, the greater."""

    OWN = 1
    TEAM = 2
    REGION = 3
    ALL = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The verified caller: a member, an API client, a service, or nobody."""

    subject: str
    grants: Mapping[str, Scope] = field(default_factory=lambda: MappingProxyType({}))
    roles: frozenset[str] = frozenset()
    team: UUID | None = None
    teams: frozenset[UUID] = frozenset()
    region: UUID | None = None
    display_name: str = ""
    on_behalf_of: str = ""

    @property
    def member(self) -> UUID | None:
        """The member's id; None for API clients, services and nobody."""
        return UUID(self.subject.removeprefix(_MEMBERS)) if self.subject.startswith(_MEMBERS) else None

    def may(self, permission: str) -> bool:
        """Whether the roles grant the permission, at whatever scope."""
        return permission in self.grants

    def scope_of(self, permission: str) -> Scope | None:
        """The widest scope at which the permission is granted; None when it is not."""
        return self.grants.get(permission)

    def must(self, permission: str) -> None:
        """Pass when the permission is granted; raises NotAllowed otherwise."""
        if not self.may(permission):
            raise NotAllowed(permission=permission)


ANONYMOUS = Principal(subject="anonymous")


def service_principal(service: str, grants: Mapping[str, Scope]) -> Principal:
    """The account under which a service's own jobs and consumers work."""
    return Principal(subject=f"services/{service}", grants=grants)
