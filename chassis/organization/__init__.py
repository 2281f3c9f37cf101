"""Who works here, as every service knows it: a copy of the directory, and what a caller may do by it.

A service declares the copy's tables, feeds them from the directory's events, and asks `Organization`:

    TABLES = organization_tables(METADATA)                      # known_members, known_teams, known_regions, …
    organization_subscription(consumer="leads-organization", tables=TABLES)
    organization = Organization(engine=engine, tables=TABLES)
    identify_by(verifier, organization)                         # the boundary: token → principal
    (await organization.current()).members                                    # candidates for an assignment

The directory itself gives its own tables in place of the copy's: they have the same columns.
"""

from chassis.organization.copy import organization_subscription
from chassis.organization.identify import identify_by
from chassis.organization.organization import Organization
from chassis.organization.snapshot import (
    KnownCalendar,
    KnownMember,
    KnownRegion,
    KnownRole,
    KnownTeam,
    Snapshot,
)
from chassis.organization.tables import OrganizationTables, organization_tables

__all__ = [
    "KnownCalendar",
    "KnownMember",
    "KnownRegion",
    "KnownRole",
    "KnownTeam",
    "Organization",
    "OrganizationTables",
    "Snapshot",
    "identify_by",
    "organization_subscription",
    "organization_tables",
]
