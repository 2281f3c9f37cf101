"""The public state of the organization's records, as events carry it."""

from google.type import dayofweek_pb2
from millrace.directory.v1 import (
    calendar_events_pb2,
    calendar_pb2,
    member_events_pb2,
    member_pb2,
    region_events_pb2,
    role_events_pb2,
    role_pb2,
    team_events_pb2,
)

from chassis.wire import date_message
from services.directory.domain.calendar import Calendar
from services.directory.domain.member import Member
from services.directory.domain.region import Region
from services.directory.domain.role import Role
from services.directory.domain.team import Team


def member_snapshot(member: Member) -> member_events_pb2.MemberSnapshot:
    """A member's public state."""
    details = member.details
    return member_events_pb2.MemberSnapshot(
        name=member.name,
        display_name=details.display_name,
        pinyin=details.pinyin,
        email=details.email,
        roles=details.roles,
        team=f"teams/{details.team}" if details.team else "",
        region=f"regions/{details.region}" if details.region else "",
        seniority=member_pb2.Seniority.Value(f"SENIORITY_{details.seniority.name}"),
        capacity=details.capacity,
        skills=details.skills,
        working_state=member_pb2.WorkingState.Value(f"WORKING_STATE_{details.working_state.name}"),
        active=member.active,
    )


def team_snapshot(team: Team) -> team_events_pb2.TeamSnapshot:
    """A team's public state."""
    return team_events_pb2.TeamSnapshot(
        name=team.name,
        display_name=team.details.display_name,
        parent=f"teams/{team.details.parent}" if team.details.parent else "",
        region=f"regions/{team.details.region}" if team.details.region else "",
        path=[f"teams/{uuid}" for uuid in team.path],
        archived=team.archived,
    )


def region_snapshot(region: Region) -> region_events_pb2.RegionSnapshot:
    """A region's public state."""
    return region_events_pb2.RegionSnapshot(
        name=region.name,
        display_name=region.details.display_name,
        provinces=region.details.provinces,
        archived=region.archived,
    )


def role_snapshot(role: Role) -> role_events_pb2.RoleSnapshot:
    """A role's public state."""
    return role_events_pb2.RoleSnapshot(
        name=role.name,
        key=role.key,
        display_name_zh=role.details.display_name_zh,
        display_name_en=role.details.display_name_en,
        grants={key: role_pb2.Scope.ValueType(reach) for key, reach in role.details.grants.items()},
        archived=role.archived,
    )


def calendar_snapshot(calendar: Calendar) -> calendar_events_pb2.CalendarSnapshot:
    """A calendar's public state."""
    return calendar_events_pb2.CalendarSnapshot(
        name=calendar.name,
        team=f"teams/{calendar.team}" if calendar.team else "",
        special_days=[
            calendar_pb2.SpecialDay(
                date=date_message(each.day),
                working=each.working,
                display_name=each.name,
            )
            for each in calendar.details.special_days
        ],
        working_hours=[
            calendar_pb2.WorkingHours(
                weekday=dayofweek_pb2.DayOfWeek.Name(each.weekday),
                start_minute=each.start_minute,
                end_minute=each.end_minute,
            )
            for each in calendar.details.working_hours
        ],
    )
