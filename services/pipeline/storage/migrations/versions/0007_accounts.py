"""Accounts and their contacts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0007"
down_revision = "0006"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_accounts()
    _create_contacts()


def _create_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("person", sa.Boolean(), nullable=False),
        sa.Column("credit_code", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("website", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("industry", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("employee_count", sa.Integer(), nullable=False),
        sa.Column("tags", ARRAY(sa.Text()), nullable=False),
        sa.Column("parent", sa.Uuid()),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("owner", sa.Uuid()),
        sa.Column("team", sa.Uuid()),
        sa.Column("region", sa.Uuid()),
        sa.Column("lead", sa.Uuid()),
        sa.Column("first_contact_time", _INSTANT),
        sa.Column("channel", sa.Uuid()),
        sa.Column("campaign", sa.Uuid()),
        sa.Column("match_keys", ARRAY(sa.Text()), nullable=False),
        sa.Column("search_keys", ARRAY(sa.Text()), nullable=False),
        sa.Column("sort_key", sa.Text(), nullable=False),
        sa.Column("create_time", _INSTANT, nullable=False),
        sa.Column("update_time", _INSTANT, nullable=False),
        sa.Column("delete_time", _INSTANT),
        sa.PrimaryKeyConstraint("uuid"),
    )
    for keys in ("match_keys", "search_keys", "tags"):
        op.create_index(
            f"accounts_{keys}", "accounts", [keys], postgresql_using="gin", postgresql_with={"fastupdate": "off"}
        )
    for name in ("owner", "team", "region", "industry", "tier"):
        op.create_index(f"accounts_{name}", "accounts", [name, "create_time"])
    for name in ("create_time", "update_time", "sort_key"):
        op.create_index(f"accounts_{name}", "accounts", [name, "uuid"])
    for name in ("parent", "lead"):
        op.create_index(f"accounts_{name}", "accounts", [name], postgresql_where=sa.text(f"{name} IS NOT NULL"))
    op.create_index("accounts_credit_code", "accounts", ["credit_code"], postgresql_where=sa.text("credit_code <> ''"))


def _create_contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.Uuid()),
        sa.Column("team", sa.Uuid()),
        sa.Column("region", sa.Uuid()),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("job_title", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("wechat", sa.Text(), nullable=False),
        sa.Column("decision_role", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.Date()),
        sa.Column("interests", ARRAY(sa.Text()), nullable=False),
        sa.Column("preferences", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("phone_e164", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text(), nullable=False),
        sa.Column("create_time", _INSTANT, nullable=False),
        sa.Column("update_time", _INSTANT, nullable=False),
        sa.Column("delete_time", _INSTANT),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("contacts_account", "contacts", ["account", "uuid"])
    for name in ("owner", "team", "region"):
        op.create_index(f"contacts_{name}", "contacts", [name, "create_time"])
    for name in ("create_time", "update_time", "sort_key"):
        op.create_index(f"contacts_{name}", "contacts", [name, "uuid"])
    for name in ("phone_e164", "email_key"):
        op.create_index(f"contacts_{name}", "contacts", [name], postgresql_where=sa.text(f"{name} <> ''"))
