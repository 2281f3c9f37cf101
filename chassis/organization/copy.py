"""Feeding a service's copy of the organization from the directory's events."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from millrace.directory.v1.calendar_events_pb2 import CalendarSnapshot
from millrace.directory.v1.member_events_pb2 import MemberSnapshot
from millrace.directory.v1.member_pb2 import Seniority, WorkingState
from millrace.directory.v1.region_events_pb2 import RegionSnapshot
from millrace.directory.v1.role_events_pb2 import RoleSnapshot
from millrace.directory.v1.team_events_pb2 import TeamSnapshot
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.consumer import Event, Subscription
from chassis.organization.tables import OrganizationTables

Row = Mapping[str, Any]
_NOUNS = ("member", "team", "region", "role", "calendar")


def organization_subscription(*, consumer: str, tables: OrganizationTables) -> Subscription:
    """The subscription that keeps `tables` up to date; `consumer` is, for example, "leads-organization"."""
    targets = {
        "member": tables.members,
        "team": tables.teams,
        "region": tables.regions,
        "role": tables.roles,
        "calendar": tables.calendars,
    }

    async def apply(connection: AsyncConnection, events: Sequence[Event]) -> None:
        for noun, rows in _latest_rows(events).items():
            await _upsert(connection, targets[noun], rows)

    return Subscription(
        name=consumer,
        stream="directory",
        subjects=tuple(f"millrace.directory.v1.{noun}.>" for noun in _NOUNS),
        apply=apply,
    )


def _latest_rows(events: Sequence[Event]) -> Mapping[str, list[Row]]:
    latest = {event.aggregate: event for event in sorted(events, key=lambda event: event.version)}
    rows: dict[str, list[Row]] = {}
    for aggregate, event in latest.items():
        noun, _, identifier = aggregate.partition("/")
        row_of = _ROWS.get(noun)
        if row_of is not None:
            public = row_of(getattr(event.message, noun))
            rows.setdefault(noun, []).append({"uuid": UUID(identifier), "version": event.version, **public})
    return rows


async def _upsert(connection: AsyncConnection, table: Table, rows: list[Row]) -> None:
    statement = insert(table).values(rows)
    excluded = statement.excluded
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=[table.c.uuid],
            set_={column.name: excluded[column.name] for column in table.columns if column.name != "uuid"},
            # A rebuild reads history beside live events: the older never goes over the newer.
            where=table.c.version < excluded.version,
        )
    )


def _member(member: MemberSnapshot) -> Row:
    return {
        "display_name": member.display_name,
        "pinyin": member.pinyin,
        "email": member.email,
        "roles": list(member.roles),
        "team": _reference(member.team),
        "region": _reference(member.region),
        "seniority": Seniority.Name(member.seniority).removeprefix("SENIORITY_").lower(),
        "capacity": member.capacity,
        "skills": list(member.skills),
        "working_state": WorkingState.Name(member.working_state).removeprefix("WORKING_STATE_").lower(),
        "active": member.active,
    }


def _team(team: TeamSnapshot) -> Row:
    return {
        "display_name": team.display_name,
        "parent": _reference(team.parent),
        "region": _reference(team.region),
        "path": [_reference(name) for name in team.path],
        "archived": team.archived,
    }


def _region(region: RegionSnapshot) -> Row:
    return {
        "display_name": region.display_name,
        "provinces": list(region.provinces),
        "archived": region.archived,
    }


def _role(role: RoleSnapshot) -> Row:
    return {
        "key": role.key,
        "display_name_zh": role.display_name_zh,
        "display_name_en": role.display_name_en,
        "grants": dict(role.grants),
        "archived": role.archived,
    }


def _calendar(calendar: CalendarSnapshot) -> Row:
    return {
        "team": _reference(calendar.team),
        "special_days": [
            {
                "date": f"{day.date.year:04}-{day.date.month:02}-{day.date.day:02}",
                "working": day.working,
                "display_name": day.display_name,
            }
            for day in calendar.special_days
        ],
        "working_hours": [
            {"weekday": hours.weekday, "start_minute": hours.start_minute, "end_minute": hours.end_minute}
            for hours in calendar.working_hours
        ],
    }


def _reference(name: str) -> UUID | None:
    return UUID(name.rpartition("/")[2]) if name else None


_ROWS: Mapping[str, Callable[[Any], Row]] = {
    "member": _member,
    "team": _team,
    "region": _region,
    "role": _role,
    "calendar": _calendar,
}
