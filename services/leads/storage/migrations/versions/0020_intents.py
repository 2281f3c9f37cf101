"""Behaviour, and purchase intents with the models that tell them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"

_INSTANT = sa.DateTime(timezone=True)
_FILL = "insert into lead_intents (lead, rank, due) select uuid, 0, create_time from leads"


def upgrade() -> None:
    _add_behaviours()
    _add_intents()
    op.create_table(
        "intent_models",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("learn_time", _INSTANT, nullable=False),
        sa.Column("card", postgresql.JSONB(), nullable=False),
        sa.Column("body", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
        sa.UniqueConstraint("number", name="intent_models_number"),
    )
    op.create_table(
        "intent_learning",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("due", _INSTANT, nullable=False),
        sa.Column("time", _INSTANT, nullable=True),
        sa.Column("outcomes", sa.Integer(), nullable=False),
        sa.Column("converted", sa.Integer(), nullable=False),
        sa.Column("silence", postgresql.JSONB(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )


def _add_behaviours() -> None:
    op.create_table(
        "lead_behaviours",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("lead", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("time", _INSTANT, nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("campaign", sa.Uuid(), nullable=True),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("told_time", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
        sa.UniqueConstraint("sender", "event_id", name="lead_behaviours_at_once"),
    )
    op.create_index("lead_behaviours_lead", "lead_behaviours", ["lead", "time", "uuid"], unique=False)


def _add_intents() -> None:
    op.create_table(
        "lead_intents",
        sa.Column("lead", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Float(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=True),
        sa.Column("model", sa.BigInteger(), nullable=True),
        sa.Column("base", sa.Float(), nullable=True),
        sa.Column("parts", postgresql.JSONB(), nullable=True),
        sa.Column("time", _INSTANT, nullable=True),
        sa.Column("due", _INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("lead"),
    )
    op.create_table(
        "intent_marks",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("lead", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.execute(_FILL)
    op.create_index("lead_intents_rank", "lead_intents", ["rank", "lead"], unique=False)
    op.create_index(
        "lead_intents_due", "lead_intents", ["due"], unique=False, postgresql_where=sa.text("due IS NOT NULL")
    )
