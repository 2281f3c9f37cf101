"""The table of approvals as a service's migration makes it; never edited: what comes later is a step of its own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


def create_approvals() -> None:
    """Make the table of approvals with its indexes."""
    op.create_table(
        "approvals",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("owner", sa.Uuid(), nullable=True),
        sa.Column("team", sa.Uuid(), nullable=True),
        sa.Column("region", sa.Uuid(), nullable=True),
        sa.Column("permission", sa.Text(), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("reasons", postgresql.JSONB(), nullable=False),
        sa.Column("requester", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decider", sa.Text(), nullable=True),
        sa.Column("decide_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("update_time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    pending = sa.text("state = 'pending'")
    op.create_index(
        "approvals_pending_at_once", "approvals", ["subject", "kind"], unique=True, postgresql_where=pending
    )
    op.create_index("approvals_waiting", "approvals", ["permission", "create_time"], postgresql_where=pending)
    for name in ("kind", "subject", "owner", "team", "region", "requester", "state"):
        op.create_index(f"approvals_{name}", "approvals", [name, "create_time"])
    op.create_index("approvals_create_time", "approvals", ["create_time", "uuid"])
