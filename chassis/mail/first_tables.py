"""The step that makes the tables of mails; apart from the tables, for what serves need not load Alembic."""

import sqlalchemy as sa
from alembic import op

_INSTANT = sa.DateTime(timezone=True)


def create_mails() -> None:
    """Make the tables; called by a migration of the service, and never edited."""
    op.create_table(
        "mails",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("unsubscribe_url", sa.Text(), nullable=False),
        sa.Column("marketing", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("create_time", _INSTANT, nullable=False),
        sa.Column("finish_time", _INSTANT, nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("mails_digest", "mails", ["digest", "create_time"], unique=False)
    op.create_index("mails_about", "mails", ["about"], unique=False)
    op.create_table(
        "mail_choices",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("time", _INSTANT, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("mail_choices_digest", "mail_choices", ["digest", "kind", "time"], unique=False)
    op.create_index("mail_choices_time", "mail_choices", ["time"], unique=False)
