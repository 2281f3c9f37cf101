"""Approvals keep who else had a hand in their subject."""

from chassis.approvals.later_tables import add_parties

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    add_parties()
