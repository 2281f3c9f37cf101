"""The clock of an owner's time on each lead, and what clocks came to; leads of before get theirs by a round."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("leads", sa.Column("recycling", postgresql.JSONB(), nullable=True))
    op.add_column("leads", sa.Column("recycle_due", _INSTANT, nullable=True))
    op.add_column("leads", sa.Column("recycle_next", _INSTANT, nullable=True))
    op.create_index(
        "leads_recycle_next",
        "leads",
        ["recycle_next", "uuid"],
        unique=False,
        postgresql_where=sa.text("recycle_next IS NOT NULL"),
    )
    op.create_index(
        "leads_unclocked",
        "leads",
        ["uuid"],
        unique=False,
        postgresql_where=sa.text("owner IS NOT NULL AND recycling IS NULL"),
    )
    _add_notices()


def _add_notices() -> None:
    op.create_table(
        "lead_recycling_notices",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("lead", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("time", _INSTANT, nullable=False),
        sa.Column("told", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("due", _INSTANT, nullable=False),
        sa.Column("pool", sa.Uuid(), nullable=True),
        sa.Column("owner", sa.Uuid(), nullable=True),
        sa.Column("team", sa.Uuid(), nullable=True),
        sa.Column("region", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("uuid"),
    )
    table = "lead_recycling_notices"
    op.create_index("lead_recycling_notices_lead", table, ["lead", "time"], unique=False)
    op.create_index("lead_recycling_notices_time", table, ["time", "uuid"], unique=False)
    op.create_index("lead_recycling_notices_owner", table, ["owner", "time"], unique=False)
    op.create_index("lead_recycling_notices_team", table, ["team", "time"], unique=False)
    op.create_index("lead_recycling_notices_told", table, ["told"], unique=False, postgresql_using="gin")
