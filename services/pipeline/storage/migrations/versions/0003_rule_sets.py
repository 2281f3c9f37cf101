"""The rules administrators edit."""

from chassis.rule_sets.first_tables import create_rule_sets

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    create_rule_sets()
