"""How leads were judged by the checklist; saved views, and the one each list opens with."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"

_INSTANT = sa.DateTime(timezone=True)
_LIVE = sa.text("delete_time IS NULL")


def upgrade() -> None:
    op.add_column("leads", sa.Column("qualification", postgresql.JSONB(), nullable=True))
    op.create_table(
        "lead_views",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("owner_name", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("filter", sa.Text(), nullable=False),
        sa.Column("order_by", sa.Text(), nullable=False),
        sa.Column("columns", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("sharing", sa.Text(), nullable=False),
        sa.Column("team", sa.Uuid(), nullable=True),
        sa.Column("create_time", _INSTANT, nullable=False),
        sa.Column("update_time", _INSTANT, nullable=False),
        sa.Column("delete_time", _INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("lead_views_owner", "lead_views", ["owner", "display_name"], unique=False, postgresql_where=_LIVE)
    op.create_index("lead_views_shared", "lead_views", ["sharing", "team"], unique=False, postgresql_where=_LIVE)
    op.create_table(
        "lead_view_defaults",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("view", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("subject"),
    )
