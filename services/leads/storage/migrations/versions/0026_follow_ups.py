"""Follow-ups with their corrections, and what first-response clocks came to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _add_follow_ups()
    _add_corrections()
    _add_notices()


def _add_follow_ups() -> None:
    op.create_table(
        "lead_follow_ups",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("lead", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("time", _INSTANT, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("next_step", sa.Text(), nullable=False),
        sa.Column("next_step_time", _INSTANT, nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("told_time", _INSTANT, nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("create_time", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("lead_follow_ups_lead", "lead_follow_ups", ["lead", "time", "uuid"], unique=False)
    op.create_index("lead_follow_ups_time", "lead_follow_ups", ["time", "uuid"], unique=False)
    op.create_index("lead_follow_ups_author", "lead_follow_ups", ["author", "time"], unique=False)
    op.create_index(
        "lead_follow_ups_next_step",
        "lead_follow_ups",
        ["next_step_time"],
        unique=False,
        postgresql_where=sa.text("next_step_time IS NOT NULL"),
    )


def _add_corrections() -> None:
    op.create_table(
        "lead_follow_up_corrections",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("follow_up", sa.Uuid(), nullable=False),
        sa.Column("lead", sa.Uuid(), nullable=False),
        sa.Column("time", _INSTANT, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    table = "lead_follow_up_corrections"
    op.create_index("lead_follow_up_corrections_follow_up", table, ["follow_up", "time"], unique=False)
    op.create_index("lead_follow_up_corrections_lead", table, ["lead"], unique=False)


def _add_notices() -> None:
    op.create_table(
        "lead_response_notices",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("lead", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("time", _INSTANT, nullable=False),
        sa.Column("told", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("due", _INSTANT, nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("follow_up", sa.Uuid(), nullable=True),
        sa.Column("owner", sa.Uuid(), nullable=True),
        sa.Column("team", sa.Uuid(), nullable=True),
        sa.Column("region", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("lead_response_notices_lead", "lead_response_notices", ["lead", "time"], unique=False)
    op.create_index("lead_response_notices_time", "lead_response_notices", ["time", "uuid"], unique=False)
    op.create_index("lead_response_notices_owner", "lead_response_notices", ["owner", "time"], unique=False)
    op.create_index("lead_response_notices_team", "lead_response_notices", ["team", "time"], unique=False)
    op.create_index(
        "lead_response_notices_told", "lead_response_notices", ["told"], unique=False, postgresql_using="gin"
    )
