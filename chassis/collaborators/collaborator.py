"""The collaborator (协作人) and what can happen to him."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from uuid import UUID
from zoneinfo import ZoneInfo

from kernel.errors import Kind, Refusal
from kernel.events import Change

_MOST_DAYS = 731


class CollaboratorRole(Enum):
    """What a collaborator may do with the row."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What is said of a collaborator: he sees the row until the end of `end_date`."""

    member: UUID
    role: CollaboratorRole
    end_date: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Collaborator:
    """A member beside the owner of one row; `end_time` is the first instant after his last day."""

    uuid: UUID
    version: int = 0
    collection: str
    row: UUID
    terms: Invitation
    end_time: datetime
    creator: str
    removed: bool = False
    create_time: datetime
    update_time: datetime

    def holds(self, *, now: datetime) -> bool:
        """Whether he sees the row."""
        return not self.removed and now < self.end_time

    def invited(self, *, terms: Invitation, by: str, zone: ZoneInfo, now: datetime) -> Change["Collaborator"]:
        """Invite him again, longer, shorter or in another role; raises CollaborationEndOutOfRange."""
        following = replace(
            self,
            terms=terms,
            end_time=_end_of(terms.end_date, zone=zone, now=now),
            creator=by,
            removed=False,
            update_time=now,
        )
        return Change(following, (CollaboratorAdded(),))

    def remove(self, *, now: datetime) -> Change["Collaborator"]:
        """End the collaboration before its day."""
        return Change(replace(self, removed=True, update_time=now), (CollaboratorRemoved(),))


def invite(
    *, uuid: UUID, collection: str, row: UUID, terms: Invitation, by: str, zone: ZoneInfo, now: datetime
) -> Change[Collaborator]:
    """Share a row with a member until the end of a day in `zone`; raises CollaborationEndOutOfRange."""
    collaborator = Collaborator(
        uuid=uuid,
        collection=collection,
        row=row,
        terms=terms,
        end_time=_end_of(terms.end_date, zone=zone, now=now),
        creator=by,
        create_time=now,
        update_time=now,
    )
    return Change(collaborator, (CollaboratorAdded(),))


def _end_of(day: date, *, zone: ZoneInfo, now: datetime) -> datetime:
    today = now.astimezone(zone).date()
    latest = today + timedelta(days=_MOST_DAYS)
    if not today <= day <= latest:
        raise CollaborationEndOutOfRange(earliest=today.isoformat(), latest=latest.isoformat())
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class CollaboratorAdded:
    """A row was shared with a member, or on other terms."""


@dataclass(frozen=True, slots=True)
class CollaboratorRemoved:
    """A collaboration was ended before its day."""


@dataclass(eq=False, kw_only=True)
class CollaborationEndOutOfRange(Refusal):
    """The last day is past, or more than two years ahead: sharing for ever is what an owner is for."""

    kind = Kind.RULE_VIOLATION
    reason = "COLLABORATION_END_OUT_OF_RANGE"

    earliest: str
    latest: str


@dataclass(eq=False, kw_only=True)
class CollaboratorUnknown(Refusal):
    """There is no such member, or the member has left."""

    kind = Kind.RULE_VIOLATION
    reason = "COLLABORATOR_UNKNOWN"

    member: str
