"""Registrations of opportunities, and the customers they protect."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), nullable=False)


def _instant(name: str, *, nullable: bool = True) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    _registrations()
    _indexes()
    _protected_keys()


def _registrations() -> None:
    op.create_table(
        "registrations",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        _text("state"),
        sa.Column("account", sa.Uuid(), nullable=True),
        *(_text(name) for name in ("company_name", "contact_name", "credit_code", "industry")),
        *(_text(name) for name in ("phone", "email", "wechat", "need")),
        sa.Column("budget_min_minor", sa.BigInteger(), nullable=True),
        sa.Column("budget_max_minor", sa.BigInteger(), nullable=True),
        sa.Column("budget_currency", sa.Text(), nullable=True),
        sa.Column("expected_close_date", sa.Date(), nullable=True),
        sa.Column("decision_cycle_days", sa.Integer(), nullable=False),
        _text("follow_up_state"),
        _text("follow_up_evidence"),
        sa.Column("owner", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=True) for name in ("team", "region", "lead", "channel", "campaign")),
        _instant("first_contact_time"),
        sa.Column("match_keys", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("review", postgresql.JSONB(), nullable=False),
        sa.Column("approval", sa.Uuid(), nullable=True),
        sa.Column("opportunity", sa.Uuid(), nullable=True),
        *(_instant(name) for name in ("submit_time", "review_time", "protection_end_time")),
        sa.Column("renewals", sa.Integer(), nullable=False),
        _instant("create_time", nullable=False),
        _instant("update_time", nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )


def _indexes() -> None:
    for name in ("owner", "team", "region", "state", "account", "lead", "follow_up_state", "industry"):
        op.create_index(f"registrations_{name}", "registrations", [name, "create_time"])
    op.create_index("registrations_create_time", "registrations", ["create_time", "uuid"])
    op.create_index("registrations_update_time", "registrations", ["update_time", "uuid"])
    op.create_index("registrations_submit_time", "registrations", ["submit_time"])
    op.create_index("registrations_expected_close_date", "registrations", ["expected_close_date"])
    op.create_index(
        "registrations_protected_until",
        "registrations",
        ["protection_end_time"],
        postgresql_where=sa.text("state = 'approved'"),
    )
    op.create_index("registrations_match_keys", "registrations", ["match_keys"], postgresql_using="gin")


def _protected_keys() -> None:
    op.create_table(
        "protected_keys",
        _text("key"),
        sa.Column("registration", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.Uuid(), nullable=False),
        sa.Column("team", sa.Uuid(), nullable=True),
        _instant("end_time", nullable=False),
        sa.PrimaryKeyConstraint("key", name="protected_keys_pkey"),
    )
    op.create_index("protected_keys_registration", "protected_keys", ["registration"])
