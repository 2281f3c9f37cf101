"""Roles (角色): what a member is in the enterprise, and how far that lets the member reach."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum
from uuid import UUID

from kernel.errors import Kind, Refusal
from kernel.events import Change
from services.directory.domain.changes import changed_fields
from services.directory.domain.refusals import NotDeleted

# Every permission a method of the product may ask for; their meanings stand in messages/ as PERMISSION_….
PERMISSIONS: tuple[str, ...] = (
    "directory.read",
    "directory.admin",
    "leads.read",
    "leads.write",
    "leads.import",
    "leads.export",
    "leads.admin",
    "leads.see_contact",
    "leads.see_money",
    "pipeline.read",
    "pipeline.write",
    "pipeline.review",
    "pipeline.approve",
    "pipeline.admin",
    "pipeline.see_contact",
    "pipeline.see_money",
    "contracts.read",
    "contracts.write",
    "contracts.approve",
    "contracts.legal",
    "contracts.finance",
    "contracts.admin",
    "contracts.see_money",
    "analytics.read",
    "analytics.admin",
    "events.read",
)
ADMINISTRATION = "directory.admin"


class Reach(IntEnum):
    """How far a grant reaches over rows, the narrowest first (数据范围)."""

    OWN = 1
    TEAM = 2
    REGION = 3
    ALL = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleDetails:
    """What an administrator says of a role."""

    display_name_zh: str
    display_name_en: str
    grants: Mapping[str, Reach]


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What a member is, and what that grants (角色); rules and tokens name it by its key."""

    uuid: UUID
    version: int = 0
    key: str
    details: RoleDetails
    archived: bool = False
    created_at: datetime
    updated_at: datetime

    @property
    def name(self) -> str:
        """The resource name."""
        return f"roles/{self.uuid}"

    @property
    def administers(self) -> bool:
        """Whether it lets its members administer the whole directory."""
        return not self.archived and self.details.grants.get(ADMINISTRATION) is Reach.ALL

    def update(self, *, details: RoleDetails, now: datetime) -> Change["Role"]:
        """Take over what is said of the role now; its members gain or lose at once."""
        _check_grants(details.grants)
        changed = changed_fields(self.details, details)
        if not changed:
            return Change(self, ())
        return Change(replace(self, details=details, updated_at=now), (RoleUpdated(changed=changed),))

    def archive(self, *, now: datetime) -> Change["Role"]:
        """Take the role out of use."""
        return Change(replace(self, archived=True, updated_at=now), (RoleDeleted(),))

    def undelete(self, *, now: datetime) -> Change["Role"]:
        """Bring the role back, held by nobody; raises NotDeleted."""
        if not self.archived:
            raise NotDeleted(resource=self.name)
        return Change(replace(self, archived=False, updated_at=now), (RoleUndeleted(),))


def add_role(*, uuid: UUID, key: str, details: RoleDetails, now: datetime) -> Change[Role]:
    """A new role; raises PermissionUnknown for a permission no method asks for."""
    _check_grants(details.grants)
    role = Role(uuid=uuid, key=key, details=details, created_at=now, updated_at=now)
    return Change(role, (RoleCreated(),))


def grants_of(pairs: Sequence[tuple[str, Reach]]) -> Mapping[str, Reach]:
    """The grants listed, by permission; raises PermissionGrantedTwice."""
    grants = dict(pairs)
    for permission, _ in pairs:
        if sum(1 for each, _ in pairs if each == permission) > 1:
            raise PermissionGrantedTwice(permission=permission)
    return grants


def meaning_of(permission: str) -> str:
    """The key of the permission's meaning among the texts: PERMISSION_LEADS_READ for leads.read."""
    return f"PERMISSION_{permission.replace('.', '_').upper()}"


def covers(held: Mapping[str, int], grants: Mapping[str, int]) -> bool:
    """Whether every grant is among those held, at least as far."""
    return all(held.get(permission, 0) >= reach for permission, reach in grants.items())


def _check_grants(grants: Mapping[str, Reach]) -> None:
    for permission in grants:
        if permission not in PERMISSIONS:
            raise PermissionUnknown(permission=permission)


@dataclass(frozen=True, slots=True)
class RoleCreated:
    """A role was added."""


@dataclass(frozen=True, slots=True)
class RoleUpdated:
    """Names or grants of a role changed."""

    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoleDeleted:
    """A role was archived."""


@dataclass(frozen=True, slots=True)
class RoleUndeleted:
    """A role came back from the archive."""


@dataclass(eq=False, kw_only=True)
class PermissionUnknown(Refusal):
    """No method of the product asks for this permission."""

    kind = Kind.RULE_VIOLATION
    reason = "PERMISSION_UNKNOWN"

    permission: str


@dataclass(eq=False, kw_only=True)
class PermissionGrantedTwice(Refusal):
    """The permission stands twice among the grants, so that its reach is unclear."""

    kind = Kind.RULE_VIOLATION
    reason = "PERMISSION_GRANTED_TWICE"

    permission: str


@dataclass(eq=False, kw_only=True)
class RoleKeyTaken(Refusal):
    """Another live role has the key."""

    kind = Kind.ALREADY_EXISTS
    reason = "ROLE_KEY_TAKEN"

    key: str


@dataclass(eq=False, kw_only=True)
class RoleInUse(Refusal):
    """Members still hold the role."""

    kind = Kind.RULE_VIOLATION
    reason = "ROLE_IN_USE"

    role: str
