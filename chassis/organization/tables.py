"""The columns in which the organization is kept: by the directory as its own, by the others as a copy."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationTables:
    """The tables `Organization` reads; the directory's own, or a service's copy."""

    members: Table
    teams: Table
    regions: Table
    roles: Table
    calendars: Table


def organization_tables(metadata: MetaData) -> OrganizationTables:
    """Declare the copy's tables in a service's metadata: `known_members`, `known_teams` and so on."""
    return OrganizationTables(
        members=Table("known_members", metadata, *member_columns()),
        teams=Table("known_teams", metadata, *team_columns()),
        regions=Table("known_regions", metadata, *region_columns()),
        roles=Table("known_roles", metadata, *role_columns()),
        calendars=Table("known_calendars", metadata, *calendar_columns()),
    )


def member_columns() -> tuple[Column[Any], ...]:
    """What is known of a member: `seniority` junior, regular, senior; `working_state` working, on_leave."""
    return (
        *_identity(),
        Column("display_name", Text, nullable=False),
        Column("pinyin", Text, nullable=False),
        Column("email", Text, nullable=False),
        Column("roles", ARRAY(Text), nullable=False),
        Column("team", Uuid),
        Column("region", Uuid),
        Column("seniority", Text, nullable=False),
        Column("capacity", Integer, nullable=False),
        Column("skills", ARRAY(Text), nullable=False),
        Column("working_state", Text, nullable=False),
        Column("active", Boolean, nullable=False),
    )


def team_columns() -> tuple[Column[Any], ...]:
    """What is known of a team; `path` holds the teams from the root down to this one."""
    return (
        *_identity(),
        Column("display_name", Text, nullable=False),
        Column("parent", Uuid),
        Column("region", Uuid),
        Column("path", ARRAY(Uuid), nullable=False),
        Column("archived", Boolean, nullable=False),
    )


def region_columns() -> tuple[Column[Any], ...]:
    """What is known of a region."""
    return (
        *_identity(),
        Column("display_name", Text, nullable=False),
        Column("provinces", ARRAY(Text), nullable=False),
        Column("archived", Boolean, nullable=False),
    )


def role_columns() -> tuple[Column[Any], ...]:
    """What is known of a role; `grants` maps permission to the number of its scope."""
    return (
        *_identity(),
        Column("key", Text, nullable=False),
        Column("display_name_zh", Text, nullable=False),
        Column("display_name_en", Text, nullable=False),
        Column("grants", JSONB, nullable=False),
        Column("archived", Boolean, nullable=False),
    )


def calendar_columns() -> tuple[Column[Any], ...]:
    """What is known of a work calendar; dates and weekdays as ISO 8601 has them, hours in minutes."""
    return (
        *_identity(),
        Column("team", Uuid),
        Column("special_days", JSONB, nullable=False),
        Column("working_hours", JSONB, nullable=False),
    )


def _identity() -> tuple[Column[Any], Column[Any]]:
    return Column("uuid", Uuid, primary_key=True), Column("version", BigInteger, nullable=False)
