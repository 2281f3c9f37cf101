"""Members (成员): the people of the enterprise, how much they can take, and whether they belong to it."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from uuid import UUID

from kernel.errors import Kind, Refusal
from kernel.events import Change
from services.directory.domain.changes import changed_fields


class Seniority(Enum):
    """How experienced a member is."""

    JUNIOR = "junior"
    REGULAR = "regular"
    SENIOR = "senior"


class WorkingState(Enum):
    """Whether a member takes work at present."""

    WORKING = "working"
    ON_LEAVE = "on_leave"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberDetails:
    """What an administrator says of a member; `region` is empty where the team's holds."""

    display_name: str
    pinyin: str
    email: str
    roles: tuple[str, ...] = ()
    team: UUID | None = None
    region: UUID | None = None
    seniority: Seniority = Seniority.REGULAR
    capacity: int = 0
    skills: tuple[str, ...] = ()
    working_state: WorkingState = WorkingState.WORKING


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person who works in the enterprise and may sign in (成员)."""

    uuid: UUID
    version: int = 0
    details: MemberDetails
    active: bool = True
    created_at: datetime
    updated_at: datetime

    @property
    def name(self) -> str:
        """The resource name."""
        return f"members/{self.uuid}"

    def update(self, *, details: MemberDetails, now: datetime) -> Change["Member"]:
        """Take over what is said of the member now; nothing happens when nothing differs."""
        changed = changed_fields(self.details, details)
        if not changed:
            return Change(self, ())
        return Change(replace(self, details=details, updated_at=now), (MemberUpdated(changed=changed),))

    def deactivate(self, *, now: datetime) -> Change["Member"]:
        """End the member's access (离职); what the member did stays."""
        if not self.active:
            raise MemberNotActive(member=self.name)
        return Change(replace(self, active=False, updated_at=now), (MemberDeactivated(),))

    def reactivate(self, *, now: datetime) -> Change["Member"]:
        """Let a member who had left come back."""
        if self.active:
            raise MemberAlreadyActive(member=self.name)
        return Change(replace(self, active=True, updated_at=now), (MemberReactivated(),))


def add_member(*, uuid: UUID, details: MemberDetails, now: datetime) -> Change[Member]:
    """A new member, who belongs to the enterprise from now on."""
    return Change(Member(uuid=uuid, details=details, created_at=now, updated_at=now), (MemberCreated(),))


@dataclass(frozen=True, slots=True)
class MemberCreated:
    """A member was added."""


@dataclass(frozen=True, slots=True)
class MemberUpdated:
    """Fields of a member changed."""

    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MemberDeactivated:
    """A member left."""


@dataclass(frozen=True, slots=True)
class MemberReactivated:
    """A member came back."""


@dataclass(eq=False, kw_only=True)
class MemberNotActive(Refusal):
    """The member has already left."""

    kind = Kind.RULE_VIOLATION
    reason = "MEMBER_NOT_ACTIVE"

    member: str


@dataclass(eq=False, kw_only=True)
class MemberAlreadyActive(Refusal):
    """The member never left."""

    kind = Kind.RULE_VIOLATION
    reason = "MEMBER_ALREADY_ACTIVE"

    member: str


@dataclass(eq=False, kw_only=True)
class EmailTaken(Refusal):
    """Another member signs in with this address."""

    kind = Kind.ALREADY_EXISTS
    reason = "EMAIL_TAKEN"

    email: str


@dataclass(eq=False, kw_only=True)
class RoleUnknown(Refusal):
    """No live role has this key."""

    kind = Kind.RULE_VIOLATION
    reason = "ROLE_UNKNOWN"

    role: str


@dataclass(eq=False, kw_only=True)
class RoleBeyondGiver(Refusal):
    """An administrator of a part cannot give a role that reaches further than the own roles do."""

    kind = Kind.RULE_VIOLATION
    reason = "ROLE_BEYOND_GIVER"

    role: str
