"""What the chassis keeps, and the copy of the organization."""

from chassis.first_tables import create_chassis_tables
from chassis.later_tables import add_published_and_anchors
from chassis.organization.first_tables import create_organization_copy, create_revoked_sessions

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_chassis_tables()
    create_organization_copy()
    create_revoked_sessions()
    add_published_and_anchors("analytics")
