"""Leads, their channels, and what is decided about them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _leads()
    _touches()
    _duplicate_candidates()
    _assignments()
    _member_loads()
    _channels()
    _campaigns()
    _rule_sets()
    _rule_set_versions()


def _leads() -> None:
    op.create_table(
        "leads",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("company_name", sa.Text(), nullable=False),
        sa.Column("contact_name", sa.Text(), nullable=False),
        sa.Column("job_title", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("address", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("industry", sa.Text(), nullable=False),
        sa.Column("employee_count", sa.Integer(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("budget_min_minor", sa.BigInteger(), nullable=True),
        sa.Column("budget_max_minor", sa.BigInteger(), nullable=True),
        sa.Column("budget_currency", sa.Text(), nullable=True),
        sa.Column("need", sa.Text(), nullable=False),
        sa.Column("demo_request_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("channel", sa.Uuid(), nullable=True),
        sa.Column("campaign", sa.Uuid(), nullable=True),
        sa.Column("region", sa.Uuid(), nullable=True),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("custom", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("grade_reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("grade_rules", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.Uuid(), nullable=True),
        sa.Column("team", sa.Uuid(), nullable=True),
        sa.Column("owner_reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("resembles", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("duplicate_rules", sa.BigInteger(), nullable=False),
        sa.Column("touch_count", sa.Integer(), nullable=False),
        sa.Column("match_keys", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("sort_key", sa.Text(), nullable=False),
        sa.Column("phone_e164", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("update_time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    _lead_indexes()


def _lead_indexes() -> None:
    op.create_index(
        "leads_campaign", "leads", ["campaign"], unique=False, postgresql_where=sa.text("campaign IS NOT NULL")
    )
    op.create_index("leads_create_time", "leads", ["create_time", "uuid"], unique=False)
    op.create_index("leads_grade", "leads", ["grade", "uuid"], unique=False)
    op.create_index(
        "leads_match_keys",
        "leads",
        ["match_keys"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index("leads_owner", "leads", ["owner", "create_time"], unique=False)
    op.create_index("leads_region", "leads", ["region", "create_time"], unique=False)
    op.create_index("leads_sort_key", "leads", ["sort_key", "uuid"], unique=False)
    op.create_index("leads_team", "leads", ["team", "create_time"], unique=False)
    op.create_index("leads_update_time", "leads", ["update_time", "uuid"], unique=False)


def _touches() -> None:
    op.create_table(
        "touches",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("lead", sa.Uuid(), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("channel", sa.Uuid(), nullable=True),
        sa.Column("campaign", sa.Uuid(), nullable=True),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rules", sa.BigInteger(), nullable=False),
        sa.Column("told", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("touches_lead", "touches", ["lead", "time"], unique=False)


def _duplicate_candidates() -> None:
    op.create_table(
        "duplicate_candidates",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("lead", sa.Uuid(), nullable=False),
        sa.Column("other", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rules", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("duplicate_candidates_lead", "duplicate_candidates", ["lead"], unique=False)
    op.create_index("duplicate_candidates_open", "duplicate_candidates", ["state", "create_time"], unique=False)
    op.create_index("duplicate_candidates_other", "duplicate_candidates", ["other"], unique=False)


def _assignments() -> None:
    op.create_table(
        "assignments",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("lead", sa.Uuid(), nullable=False),
        sa.Column("member", sa.Uuid(), nullable=True),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rules", sa.BigInteger(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("region", sa.Uuid(), nullable=True),
        sa.Column("skill", sa.Text(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("candidates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("assignments_lead", "assignments", ["lead", "time"], unique=False)


def _member_loads() -> None:
    op.create_table(
        "member_loads",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("member", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("open_leads", sa.Integer(), nullable=False),
        sa.Column("given_leads", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("member_loads_member", "member_loads", ["member", "day"], unique=False)


def _channels() -> None:
    op.create_table(
        "channels",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("form_token", sa.Text(), nullable=True),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("update_time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("channels_display_name", "channels", ["display_name", "uuid"], unique=False)
    op.create_index(
        "channels_form_token",
        "channels",
        ["form_token"],
        unique=True,
        postgresql_where=sa.text("form_token IS NOT NULL"),
    )


def _campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("channel", sa.Uuid(), nullable=True),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("budget_minor", sa.BigInteger(), nullable=True),
        sa.Column("budget_currency", sa.Text(), nullable=True),
        sa.Column("cost_minor", sa.BigInteger(), nullable=True),
        sa.Column("cost_currency", sa.Text(), nullable=True),
        sa.Column("utm", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("update_time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("campaigns_display_name", "campaigns", ["display_name", "uuid"], unique=False)


def _rule_sets() -> None:
    op.create_table(
        "rule_sets",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("update_time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )


def _rule_set_versions() -> None:
    op.create_table(
        "rule_set_versions",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("active_from", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "version"),
    )
