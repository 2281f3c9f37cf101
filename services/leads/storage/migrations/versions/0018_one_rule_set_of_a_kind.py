"""The tables of rule sets as the chassis has them: one set of each kind."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_unique_constraint("rule_sets_kind", "rule_sets", ["kind"])
