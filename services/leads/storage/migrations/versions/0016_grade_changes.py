"""Each new grade of a lead with its reasons."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "grade_changes",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("lead", sa.Uuid(), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("grade_changes_lead", "grade_changes", ["lead", "time"])
