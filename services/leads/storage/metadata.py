"""The one collection of tables of the leads database; every table module adds its own to it."""

from sqlalchemy import MetaData, Table

from chassis.collaborators import collaborators_table
from chassis.imports.tables import import_tables
from chassis.mail import mail_tables
from chassis.organization import OrganizationTables, organization_tables
from chassis.revocations import revoked_sessions_table
from chassis.rounds import rounds_table
from chassis.rule_sets import rule_set_tables
from chassis.tables import chassis_tables

METADATA = MetaData()
ORGANIZATION: OrganizationTables = organization_tables(METADATA)
REVOKED_SESSIONS = revoked_sessions_table(METADATA)
COLLABORATORS: Table = collaborators_table(METADATA)
RULE_SETS_TABLE, RULE_SET_VERSIONS = rule_set_tables(METADATA)
ROUNDS: Table = rounds_table(METADATA)
MAILS, MAIL_CHOICES = mail_tables(METADATA)
import_tables(METADATA)
chassis_tables(METADATA)
