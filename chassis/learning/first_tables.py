"""The tables of learning as a service's migration makes them; never edited: what comes later is a step of its own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

_INSTANT = sa.DateTime(timezone=True)


def create_learning(name: str, *, happened: str) -> None:
    """Make the tables of models and of learning them."""
    op.create_table(
        f"{name}_models",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("learn_time", _INSTANT, nullable=False),
        sa.Column("card", postgresql.JSONB(), nullable=False),
        sa.Column("body", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
        sa.UniqueConstraint("number", name=f"{name}_models_number"),
    )
    op.create_table(
        f"{name}_learning",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("due", _INSTANT, nullable=False),
        sa.Column("time", _INSTANT, nullable=True),
        sa.Column("outcomes", sa.Integer(), nullable=False),
        sa.Column(happened, sa.Integer(), nullable=False),
        sa.Column("silence", postgresql.JSONB(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )


def create_scores(name: str, *, marks: str, record: str, beside: tuple[sa.Column[int], ...] = ()) -> None:
    """Make the tables of scores and of marks, without their indexes: rows are filled in before those."""
    op.create_table(
        name,
        sa.Column(record, sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Float(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=True),
        sa.Column("model", sa.BigInteger(), nullable=True),
        sa.Column("base", sa.Float(), nullable=True),
        sa.Column("parts", postgresql.JSONB(), nullable=True),
        sa.Column("time", _INSTANT, nullable=True),
        sa.Column("due", _INSTANT, nullable=True),
        *beside,
        sa.PrimaryKeyConstraint(record),
    )
    op.create_table(
        marks,
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column(record, sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )


def index_scores(name: str, *, record: str) -> None:
    """Make the indexes of the scores."""
    op.create_index(f"{name}_rank", name, ["rank", record], unique=False)
    op.create_index(f"{name}_due", name, ["due"], unique=False, postgresql_where=sa.text("due IS NOT NULL"))
