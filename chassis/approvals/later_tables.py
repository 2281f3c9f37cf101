"""What the table of approvals got after a service's first migration: one function per step, never edited."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


def add_parties() -> None:
    """Who else had a hand in the subject, so that a list knows who may not decide."""
    op.add_column("approvals", sa.Column("parties", postgresql.ARRAY(sa.Text()), nullable=True))
