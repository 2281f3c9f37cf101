"""The organization, and what the chassis keeps beside it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chassis.first_tables import create_chassis_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    _people()
    _market_and_rights()
    create_chassis_tables()


def _people() -> None:
    op.create_table(
        "members",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("pinyin", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("team", sa.Uuid(), nullable=True),
        sa.Column("region", sa.Uuid(), nullable=True),
        sa.Column("seniority", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("skills", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("working_state", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("members_email", "members", ["email"], unique=True)
    op.create_index("members_pinyin", "members", ["pinyin", "uuid"], unique=False)
    op.create_index("members_region", "members", ["region"], unique=False)
    op.create_index("members_roles", "members", ["roles"], unique=False, postgresql_using="gin")
    op.create_index("members_team", "members", ["team"], unique=False)
    op.create_table(
        "teams",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("parent", sa.Uuid(), nullable=True),
        sa.Column("region", sa.Uuid(), nullable=True),
        sa.Column("path", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("teams_parent", "teams", ["parent"], unique=False)
    op.create_index("teams_path", "teams", ["path"], unique=False, postgresql_using="gin")


def _market_and_rights() -> None:
    op.create_table(
        "regions",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("provinces", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("regions_name", "regions", ["display_name"], unique=True, postgresql_where=sa.text("not archived"))
    op.create_table(
        "roles",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("display_name_zh", sa.Text(), nullable=False),
        sa.Column("display_name_en", sa.Text(), nullable=False),
        sa.Column("grants", postgresql.JSONB(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("roles_key", "roles", ["key"], unique=True, postgresql_where=sa.text("not archived"))
    op.create_table(
        "calendars",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("team", sa.Uuid(), nullable=True),
        sa.Column("special_days", postgresql.JSONB(), nullable=False),
        sa.Column("working_hours", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("calendars_team", "calendars", ["team"], unique=True, postgresql_nulls_not_distinct=True)


def downgrade() -> None:
    for table in (
        "members",
        "teams",
        "regions",
        "roles",
        "calendars",
        "outbox",
        "event_log",
        "requests",
        "audit",
        "checkpoints",
        "applied",
        "parked",
        "dead_letters",
        "jobs",
        "sweeps",
    ):
        op.drop_table(table)
