"""Reading the organization from its tables."""

from typing import Any

from sqlalchemy import RowMapping, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.organization.snapshot import (
    KnownCalendar,
    KnownMember,
    KnownRegion,
    KnownRole,
    KnownTeam,
    Snapshot,
)
from chassis.organization.tables import OrganizationTables
from chassis.principal import Scope


async def load_snapshot(connection: AsyncConnection, tables: OrganizationTables) -> Snapshot:
    """The whole organization; a few thousand short rows, read only when something changed."""
    return Snapshot(
        members={row["uuid"]: _member(row) for row in await _rows(connection, tables.members)},
        teams={row["uuid"]: _team(row) for row in await _rows(connection, tables.teams)},
        regions={row["uuid"]: _region(row) for row in await _rows(connection, tables.regions)},
        # Live roles last: a key used again after its role was archived means the live one.
        roles={
            row["key"]: _role(row)
            for row in sorted(await _rows(connection, tables.roles), key=lambda row: not row["archived"])
        },
        calendars={row["team"]: _calendar(row) for row in await _rows(connection, tables.calendars)},
    )


async def _rows(connection: AsyncConnection, table: Table) -> list[RowMapping]:
    return list((await connection.execute(select(table))).mappings())


def _member(row: RowMapping) -> KnownMember:
    return KnownMember(
        uuid=row["uuid"],
        display_name=row["display_name"],
        pinyin=row["pinyin"],
        email=row["email"],
        roles=frozenset(row["roles"]),
        team=row["team"],
        region=row["region"],
        seniority=row["seniority"],
        capacity=row["capacity"],
        skills=frozenset(row["skills"]),
        working_state=row["working_state"],
        active=row["active"],
    )


def _team(row: RowMapping) -> KnownTeam:
    return KnownTeam(
        uuid=row["uuid"],
        display_name=row["display_name"],
        region=row["region"],
        path=tuple(row["path"]),
        archived=row["archived"],
    )


def _region(row: RowMapping) -> KnownRegion:
    return KnownRegion(
        uuid=row["uuid"],
        display_name=row["display_name"],
        provinces=tuple(row["provinces"]),
        archived=row["archived"],
    )


def _role(row: RowMapping) -> KnownRole:
    grants: dict[str, Any] = row["grants"]
    return KnownRole(
        uuid=row["uuid"],
        key=row["key"],
        grants={permission: Scope(number) for permission, number in grants.items()},
        archived=row["archived"],
        display_name_zh=row["display_name_zh"],
        display_name_en=row["display_name_en"],
    )


def _calendar(row: RowMapping) -> KnownCalendar:
    return KnownCalendar(
        special_days={day["date"]: day["working"] for day in row["special_days"]},
        working_hours=tuple(
            (each["weekday"], each["start_minute"], each["end_minute"]) for each in row["working_hours"]
        ),
    )
