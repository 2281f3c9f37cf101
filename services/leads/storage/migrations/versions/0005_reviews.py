"""Who judged a pair of leads, and when."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("duplicate_candidates", sa.Column("judge", sa.Text(), nullable=True))
    op.add_column("duplicate_candidates", sa.Column("judge_name", sa.Text(), nullable=True))
    op.add_column("duplicate_candidates", sa.Column("judge_time", sa.DateTime(timezone=True), nullable=True))
    op.create_index("duplicate_candidates_newest", "duplicate_candidates", ["create_time", "uuid"], unique=False)
