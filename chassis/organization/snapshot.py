"""The organization at one moment, held in memory, and what a caller may do by it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from chassis.principal import Principal, Scope
from kernel.errors import Unauthenticated


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMember:
    """A member (成员) as the services know one; `region` is empty where the team's holds."""

    uuid: UUID
    display_name: str
    pinyin: str
    email: str
    roles: frozenset[str]
    team: UUID | None
    region: UUID | None
    seniority: str
    capacity: int
    skills: frozenset[str]
    working_state: str
    active: bool

    @property
    def takes_work(self) -> bool:
        """Whether new work may be given to the member now."""
        return self.active and self.working_state == "working"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTeam:
    """A team (团队) with the teams from the root down to it."""

    uuid: UUID
    display_name: str
    region: UUID | None
    path: tuple[UUID, ...]
    archived: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRegion:
    """A region (大区) and the provinces it covers."""

    uuid: UUID
    display_name: str
    provinces: tuple[str, ...]
    archived: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRole:
    """A role (角色) and what it grants."""

    uuid: UUID
    key: str
    grants: Mapping[str, Scope]
    archived: bool
    display_name_zh: str = ""
    display_name_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCalendar:
    """A work calendar (工作日历): whether each special day is worked, and (weekday, start, end) in a week.

    Weekdays count from 1 for Monday, hours in minutes after midnight.
    """

    special_days: Mapping[str, bool]
    working_hours: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The whole organization at one moment; roles by key, calendars by team (None: the house's)."""

    members: Mapping[UUID, KnownMember] = field(default_factory=dict)
    teams: Mapping[UUID, KnownTeam] = field(default_factory=dict)
    regions: Mapping[UUID, KnownRegion] = field(default_factory=dict)
    roles: Mapping[str, KnownRole] = field(default_factory=dict)
    calendars: Mapping[UUID | None, KnownCalendar] = field(default_factory=dict)

    def principal(self, *, subject: str, roles: Collection[str] = (), permissions: Collection[str] = ()) -> Principal:
        """The caller with all that the roles grant.

        A member's roles are those the directory gives now, whatever the token says: a role taken away is gone
        at once. For API clients and services the token's roles and permissions count, the latter over all rows.
        Raises Unauthenticated for a member who is unknown or has left.
        """
        collection, _, identifier = subject.partition("/")
        if collection == "members":
            return self._member_principal(subject, identifier)
        return Principal(
            subject=subject,
            grants=self._grants(roles, permissions),
            roles=frozenset(roles),
            team=None,
            teams=frozenset(),
            region=None,
            display_name=identifier,
        )

    def region_of(self, member: KnownMember) -> UUID | None:
        """The member's region: the own one, else that of the nearest team upwards that has one."""
        return member.region or (self.region_of_team(member.team) if member.team else None)

    def region_of_team(self, uuid: UUID) -> UUID | None:
        """The region of a team: that of the nearest team upwards that has one, itself included."""
        upwards = reversed(self.teams[uuid].path) if uuid in self.teams else ()
        return next((team.region for above in upwards if (team := self.teams.get(above)) and team.region), None)

    def region_for_province(self, province: str) -> UUID | None:
        """The region that covers a province; "浙江省" and "浙江" are the same."""
        if not province:
            return None
        for name, region in self._provinces.items():
            if province.startswith(name) or name.startswith(province):
                return region
        return None

    def team_and_below(self, team: UUID | None) -> frozenset[UUID]:
        """The team with every team below it; empty for no team."""
        return self._subtrees.get(team, frozenset()) if team else frozenset()

    def calendar(self, team: UUID | None = None) -> KnownCalendar:
        """The calendar a team works by: its own days and hours over those above it and the house's."""
        path = self.teams[team].path if team and team in self.teams else ()
        days: dict[str, bool] = {}
        hours: tuple[tuple[int, int, int], ...] = ()
        for holder in (None, *path):
            if calendar := self.calendars.get(holder):
                days |= calendar.special_days
                hours = calendar.working_hours or hours
        return KnownCalendar(special_days=days, working_hours=hours)

    @cached_property
    def _provinces(self) -> Mapping[str, UUID]:
        return {
            name: region.uuid for region in self.regions.values() if not region.archived for name in region.provinces
        }

    @cached_property
    def _subtrees(self) -> Mapping[UUID, frozenset[UUID]]:
        below: dict[UUID, set[UUID]] = {}
        for team in self.teams.values():
            for above in team.path:
                below.setdefault(above, set()).add(team.uuid)
        return {uuid: frozenset(teams) for uuid, teams in below.items()}

    def _member_principal(self, subject: str, identifier: str) -> Principal:
        member = self.members.get(_uuid(identifier))
        if member is None or not member.active:
            raise Unauthenticated
        return Principal(
            subject=subject,
            grants=self._grants(member.roles),
            roles=member.roles,
            team=member.team,
            teams=self.team_and_below(member.team),
            region=self.region_of(member),
            display_name=member.display_name,
        )

    def _grants(self, roles: Collection[str], permissions: Collection[str] = ()) -> Mapping[str, Scope]:
        widest = dict.fromkeys(permissions, Scope.ALL)
        for key in roles:
            role = self.roles.get(key)
            if role is None or role.archived:
                continue
            for permission, scope in role.grants.items():
                widest[permission] = max(scope, widest.get(permission, scope))
        return widest


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Unauthenticated from None
