"""Approvals, the rules administrators edit, and files."""

from chassis.approvals.first_tables import create_approvals
from chassis.files.first_tables import create_files
from chassis.rule_sets.first_tables import create_rule_sets

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    create_approvals()
    create_rule_sets()
    create_files()
