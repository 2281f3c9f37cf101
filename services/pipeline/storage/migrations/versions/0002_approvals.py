"""Approvals of registrations and waivers."""

from chassis.approvals.first_tables import create_approvals

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    create_approvals()
