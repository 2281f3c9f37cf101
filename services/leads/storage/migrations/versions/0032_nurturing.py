"""Content programmes, the leads in them, and their mails."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"

_INSTANT = sa.DateTime(timezone=True)
_ACTIVE = sa.text("state = 'active'")


def upgrade() -> None:
    _add_programmes()
    _add_leads_in_them()
    _add_their_mails()


def _add_programmes() -> None:
    op.create_table(
        "nurturing_programmes",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("content_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("create_time", _INSTANT, nullable=False),
        sa.Column("update_time", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("nurturing_programmes_name", "nurturing_programmes", ["display_name", "uuid"], unique=False)
    op.create_table(
        "nurturing_contents",
        sa.Column("programme", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("time", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("programme", "number", name="nurturing_contents_at_once"),
    )


def _add_leads_in_them() -> None:
    op.create_table(
        "lead_nurturings",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("programme", sa.Uuid(), nullable=False),
        sa.Column("content_version", sa.Integer(), nullable=False),
        sa.Column("lead", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("touches", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("steps_taken", sa.Integer(), nullable=False),
        sa.Column("due", _INSTANT, nullable=True),
        sa.Column("reasons", postgresql.JSONB(), nullable=False),
        sa.Column("enter_time", _INSTANT, nullable=False),
        sa.Column("end_time", _INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("uuid"),
    )
    table = "lead_nurturings"
    op.create_index(
        "lead_nurturings_address_at_once", table, ["programme", "digest"], unique=True, postgresql_where=_ACTIVE
    )
    op.create_index("lead_nurturings_due", table, ["due", "uuid"], unique=False, postgresql_where=_ACTIVE)
    op.create_index("lead_nurturings_lead", table, ["lead", "programme"], unique=False)
    op.create_index("lead_nurturings_digest", table, ["digest", "programme"], unique=False)
    op.create_index("lead_nurturings_programme", table, ["programme", "state"], unique=False)
    op.create_index("lead_nurturings_enter_time", table, ["enter_time", "uuid"], unique=False)


def _add_their_mails() -> None:
    op.create_table(
        "nurturing_mails",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("nurturing", sa.Uuid(), nullable=False),
        sa.Column("programme", sa.Uuid(), nullable=False),
        sa.Column("content_version", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("lead", sa.Uuid(), nullable=False),
        sa.Column("create_time", _INSTANT, nullable=False),
        sa.Column("open_time", _INSTANT, nullable=True),
        sa.Column("click_time", _INSTANT, nullable=True),
        sa.Column("unsubscribe_time", _INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("nurturing_mails_programme", "nurturing_mails", ["programme", "step"], unique=False)
    op.create_index("nurturing_mails_lead", "nurturing_mails", ["lead", "create_time"], unique=False)
    op.create_index("nurturing_mails_create_time", "nurturing_mails", ["create_time", "uuid"], unique=False)
