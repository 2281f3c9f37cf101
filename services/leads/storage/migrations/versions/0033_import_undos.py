"""What imports left behind, their undoing, and contacts that were taken back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("touches", sa.Column("withdraw_time", _INSTANT, nullable=True))
    _add_traces()
    _add_undos()


def _add_traces() -> None:
    op.create_table(
        "lead_import_traces",
        sa.Column("import", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("lead", sa.Uuid(), nullable=False),
        sa.Column("touch", sa.Uuid(), nullable=True),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=True),
        sa.Column("after", postgresql.JSONB(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("work", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("import", "line", name="lead_import_traces_pkey"),
    )
    op.create_index("lead_import_traces_lead", "lead_import_traces", ["import", "lead"], unique=False)
    op.create_index(
        "lead_import_traces_to_undo",
        "lead_import_traces",
        ["import", "lead"],
        unique=False,
        postgresql_where=sa.text("outcome IS NULL"),
    )


def _add_undos() -> None:
    op.create_table(
        "lead_import_undos",
        sa.Column("import", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("start_time", _INSTANT, nullable=False),
        sa.Column("end_time", _INSTANT, nullable=True),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("taken_back", sa.Integer(), nullable=False),
        sa.Column("detached", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("import", name="lead_import_undos_at_once"),
    )
    op.create_index(
        "lead_import_undos_running",
        "lead_import_undos",
        ["start_time"],
        unique=False,
        postgresql_where=sa.text("state = 'running'"),
    )
