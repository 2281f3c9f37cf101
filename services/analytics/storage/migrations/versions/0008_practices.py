"""What was done in working opportunities follows from all their events: what pipeline told is read anew."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_PROJECTED = (
    *("registration_facts", "account_facts", "holding_facts", "opportunity_facts", "stage_visit_facts"),
    "pipeline_figures",
)


def upgrade() -> None:
    op.execute(f"truncate {', '.join(_PROJECTED)}")
    # A consumer without a place reads its producer's whole history first, as a new one does.
    for table in ("applied", "parked", "dead_letters", "checkpoints"):
        op.execute(f"delete from {table} where consumer = 'analytics-pipeline'")  # noqa: S608 - names of ours
    op.add_column("opportunity_facts", sa.Column("expected", sa.Date(), nullable=True))
    op.add_column("opportunity_facts", sa.Column("practices", sa.Text(), nullable=False))
