"""Who stands above the owner of a record (主管): found the way permissions are checked, the nearest only."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from chassis.organization import Snapshot
from chassis.reach import Grounds, grounds

_NEAREST = (Grounds.TEAM_ROW, Grounds.REGION_ROW, Grounds.EVERY_ROW)
# More cannot each be meant.
_MOST = 10


class Managers:
    """Tells who stands above the owners of records; looked up once for each team and region."""

    def __init__(self, organization: Snapshot, *, permission: str) -> None:
        """`permission` is the one by which such records are changed."""
        self._organization = organization
        self._permission = permission
        self._known: dict[tuple[UUID | None, UUID | None], Sequence[tuple[Grounds, bool, UUID]]] = {}

    def of(self, *, owner: UUID | None, team: UUID | None, region: UUID | None) -> Sequence[UUID]:
        """Those who may change the record through its team; where there are none, through its region; else all who may.

        Those who are away are left out while somebody beside them is there.
        """
        place = (team, region)
        if place not in self._known:
            self._known[place] = sorted(self._above(*place), key=lambda each: (_NEAREST.index(each[0]), *each[1:]))
        others = [each for each in self._known[place] if each[2] != owner]
        return [member for why, away, member in others if (why, away) == others[0][:2]][:_MOST]

    def _above(self, team: UUID | None, region: UUID | None) -> Iterator[tuple[Grounds, bool, UUID]]:
        """Whoever may change records of a team and region that are not his own: why, whether he is away, and who."""
        for member in self._organization.members.values():
            if not member.active:
                continue
            principal = self._organization.principal(subject=f"members/{member.uuid}")
            why = grounds(principal, self._permission, owner=None, team=team, region=region)
            if why is not None:
                yield why, not member.takes_work, member.uuid
