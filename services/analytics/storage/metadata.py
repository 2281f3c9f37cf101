"""The one collection of tables of the analytics database; every table module adds its own to it."""

from sqlalchemy import MetaData

from chassis.organization import OrganizationTables, organization_tables
from chassis.revocations import revoked_sessions_table
from chassis.tables import chassis_tables

METADATA = MetaData()
ORGANIZATION: OrganizationTables = organization_tables(METADATA)
REVOKED_SESSIONS = revoked_sessions_table(METADATA)
chassis_tables(METADATA)
