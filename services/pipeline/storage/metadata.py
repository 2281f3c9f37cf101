"""The one collection of tables of the pipeline database; every table module adds its own to it."""

from sqlalchemy import MetaData, Table

from chassis.approvals import approvals_table
from chassis.collaborators import collaborators_table
from chassis.files import files_table
from chassis.organization import OrganizationTables, organization_tables
from chassis.revocations import revoked_sessions_table
from chassis.rounds import rounds_table
from chassis.rule_sets import rule_set_tables
from chassis.tables import chassis_tables

METADATA = MetaData()
ORGANIZATION: OrganizationTables = organization_tables(METADATA)
REVOKED_SESSIONS = revoked_sessions_table(METADATA)
APPROVALS_TABLE: Table = approvals_table(METADATA)
RULE_SETS_TABLE, RULE_SET_VERSIONS = rule_set_tables(METADATA)
FILES = files_table(METADATA)
COLLABORATORS: Table = collaborators_table(METADATA)
ROUNDS: Table = rounds_table(METADATA)
chassis_tables(METADATA)
