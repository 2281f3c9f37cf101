"""Teams (团队): a tree, in which each team knows the way from the root down to itself."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from kernel.errors import Kind, Refusal
from kernel.events import Change
from services.directory.domain.changes import changed_fields
from services.directory.domain.refusals import NotDeleted


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamDetails:
    """What an administrator says of a team; `region` is empty where the parent's holds."""

    display_name: str
    parent: UUID | None = None
    region: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A group of members under one lead (团队)."""

    uuid: UUID
    version: int = 0
    details: TeamDetails
    path: tuple[UUID, ...]
    archived: bool = False
    created_at: datetime
    updated_at: datetime

    @property
    def name(self) -> str:
        """The resource name."""
        return f"teams/{self.uuid}"

    def update(self, *, details: TeamDetails, parent: "Team | None", now: datetime) -> Change["Team"]:
        """Take over what is said of the team now; `parent` is the team that `details` puts it under."""
        if parent is not None and self.uuid in parent.path:
            raise TeamBelowItself(team=self.name, parent=parent.name)
        changed = changed_fields(self.details, details)
        if not changed:
            return Change(self, ())
        moved = replace(self, details=details, path=_path(self.uuid, parent), updated_at=now)
        if moved.path != self.path:
            changed += ("path",)
        return Change(moved, (TeamUpdated(changed=changed),))

    def follow(self, *, above: "Team", now: datetime) -> Change["Team"]:
        """Take over the way down from a team above that was moved."""
        rest = self.path[self.path.index(above.uuid) + 1 :]
        return Change(replace(self, path=above.path + rest, updated_at=now), (TeamUpdated(changed=("path",)),))

    def archive(self, *, now: datetime) -> Change["Team"]:
        """Take the team out of use."""
        return Change(replace(self, archived=True, updated_at=now), (TeamDeleted(),))

    def undelete(self, *, parent: "Team | None", now: datetime) -> Change["Team"]:
        """Bring the team back under its parent, the way down being the one of today; raises NotDeleted."""
        if not self.archived:
            raise NotDeleted(resource=self.name)
        return Change(replace(self, archived=False, path=_path(self.uuid, parent), updated_at=now), (TeamUndeleted(),))


def add_team(*, uuid: UUID, details: TeamDetails, parent: Team | None, now: datetime) -> Change[Team]:
    """A new team under its parent, or a root."""
    team = Team(uuid=uuid, details=details, path=_path(uuid, parent), created_at=now, updated_at=now)
    return Change(team, (TeamCreated(),))


def _path(uuid: UUID, parent: Team | None) -> tuple[UUID, ...]:
    return (*parent.path, uuid) if parent else (uuid,)


@dataclass(frozen=True, slots=True)
class TeamCreated:
    """A team was added."""


@dataclass(frozen=True, slots=True)
class TeamUpdated:
    """Fields of a team changed."""

    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TeamDeleted:
    """A team was archived."""


@dataclass(frozen=True, slots=True)
class TeamUndeleted:
    """A team came back from the archive."""


@dataclass(eq=False, kw_only=True)
class TeamBelowItself(Refusal):
    """The move would put the team below itself."""

    kind = Kind.RULE_VIOLATION
    reason = "TEAM_BELOW_ITSELF"

    team: str
    parent: str


@dataclass(eq=False, kw_only=True)
class TeamInUse(Refusal):
    """Members or teams are still in the team."""

    kind = Kind.RULE_VIOLATION
    reason = "TEAM_IN_USE"

    team: str


@dataclass(eq=False, kw_only=True)
class TeamNameTaken(Refusal):
    """A sister team has the same name."""

    kind = Kind.ALREADY_EXISTS
    reason = "TEAM_NAME_TAKEN"

    display_name: str
