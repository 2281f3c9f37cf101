"""What the directory publishes of its organization: each event of the domain, its subject and its message."""

from millrace.directory.v1.calendar_events_pb2 import CalendarCreated, CalendarUpdated
from millrace.directory.v1.member_events_pb2 import (
    MemberCreated,
    MemberDeactivated,
    MemberReactivated,
    MemberUpdated,
)
from millrace.directory.v1.region_events_pb2 import RegionCreated, RegionDeleted, RegionUndeleted, RegionUpdated
from millrace.directory.v1.role_events_pb2 import RoleCreated, RoleDeleted, RoleUndeleted, RoleUpdated
from millrace.directory.v1.team_events_pb2 import TeamCreated, TeamDeleted, TeamUndeleted, TeamUpdated

from chassis.publication import Publication, Publications
from services.directory.domain import calendar, member, region, role, team
from services.directory.events.snapshots import (
    calendar_snapshot,
    member_snapshot,
    region_snapshot,
    role_snapshot,
    team_snapshot,
)

ORGANIZATION: Publications = {
    member.MemberCreated: Publication("member.created", lambda _, after: MemberCreated(member=member_snapshot(after))),
    member.MemberUpdated: Publication(
        "member.updated",
        lambda event, after: MemberUpdated(member=member_snapshot(after), changed_fields=event.changed),
    ),
    member.MemberDeactivated: Publication(
        "member.deactivated", lambda _, after: MemberDeactivated(member=member_snapshot(after))
    ),
    member.MemberReactivated: Publication(
        "member.reactivated", lambda _, after: MemberReactivated(member=member_snapshot(after))
    ),
    team.TeamCreated: Publication("team.created", lambda _, after: TeamCreated(team=team_snapshot(after))),
    team.TeamUpdated: Publication(
        "team.updated", lambda event, after: TeamUpdated(team=team_snapshot(after), changed_fields=event.changed)
    ),
    team.TeamDeleted: Publication("team.deleted", lambda _, after: TeamDeleted(team=team_snapshot(after))),
    team.TeamUndeleted: Publication("team.undeleted", lambda _, after: TeamUndeleted(team=team_snapshot(after))),
    region.RegionCreated: Publication("region.created", lambda _, after: RegionCreated(region=region_snapshot(after))),
    region.RegionUpdated: Publication(
        "region.updated",
        lambda event, after: RegionUpdated(region=region_snapshot(after), changed_fields=event.changed),
    ),
    region.RegionDeleted: Publication("region.deleted", lambda _, after: RegionDeleted(region=region_snapshot(after))),
    region.RegionUndeleted: Publication(
        "region.undeleted", lambda _, after: RegionUndeleted(region=region_snapshot(after))
    ),
    role.RoleCreated: Publication("role.created", lambda _, after: RoleCreated(role=role_snapshot(after))),
    role.RoleUpdated: Publication(
        "role.updated", lambda event, after: RoleUpdated(role=role_snapshot(after), changed_fields=event.changed)
    ),
    role.RoleDeleted: Publication("role.deleted", lambda _, after: RoleDeleted(role=role_snapshot(after))),
    role.RoleUndeleted: Publication("role.undeleted", lambda _, after: RoleUndeleted(role=role_snapshot(after))),
    calendar.CalendarCreated: Publication(
        "calendar.created", lambda _, after: CalendarCreated(calendar=calendar_snapshot(after))
    ),
    calendar.CalendarUpdated: Publication(
        "calendar.updated",
        lambda event, after: CalendarUpdated(calendar=calendar_snapshot(after), changed_fields=event.changed),
    ),
}
