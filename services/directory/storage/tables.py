"""The tables of the organization: the columns every service's copy has, and what only the owner keeps."""

from typing import Any

from sqlalchemy import Column, DateTime, Index, Table, text

from chassis.organization.tables import (
    OrganizationTables,
    calendar_columns,
    member_columns,
    region_columns,
    role_columns,
    team_columns,
)
from chassis.tables import chassis_tables
from services.directory.storage.metadata import METADATA


def _times() -> tuple[Column[Any], Column[Any]]:
    instant = DateTime(timezone=True)
    return Column("created_at", instant, nullable=False), Column("updated_at", instant, nullable=False)


MEMBERS = Table("members", METADATA, *member_columns(), *_times())
Index("members_email", MEMBERS.c.email, unique=True)
Index("members_pinyin", MEMBERS.c.pinyin, MEMBERS.c.uuid)
Index("members_team", MEMBERS.c.team)
Index("members_region", MEMBERS.c.region)
Index("members_roles", MEMBERS.c.roles, postgresql_using="gin")

TEAMS = Table("teams", METADATA, *team_columns(), *_times())
Index("teams_path", TEAMS.c.path, postgresql_using="gin")
Index("teams_parent", TEAMS.c.parent)

REGIONS = Table("regions", METADATA, *region_columns(), *_times())
Index("regions_name", REGIONS.c.display_name, unique=True, postgresql_where=text("not archived"))

ROLES = Table("roles", METADATA, *role_columns(), *_times())
Index("roles_key", ROLES.c.key, unique=True, postgresql_where=text("not archived"))

CALENDARS = Table("calendars", METADATA, *calendar_columns(), *_times())
Index("calendars_team", CALENDARS.c.team, unique=True, postgresql_nulls_not_distinct=True)

ORGANIZATION = OrganizationTables(members=MEMBERS, teams=TEAMS, regions=REGIONS, roles=ROLES, calendars=CALENDARS)

chassis_tables(METADATA)
