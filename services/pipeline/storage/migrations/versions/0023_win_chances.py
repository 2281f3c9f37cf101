"""Chances to win, the models that tell them, and rounds over the stock."""

import sqlalchemy as sa
from alembic import op

from chassis.learning.first_tables import create_learning, create_scores, index_scores
from chassis.rounds.first_tables import create_rounds

revision = "0023"
down_revision = "0022"

# An opportunity of before has the chance of its stage, and waits to be scored.
_FILL = (
    "insert into win_chances (opportunity, rank, probability, due, expected_minor) "
    "select uuid, case when state = 'open' then probability / 100.0 else 0 end, "
    "case when state = 'open' then probability / 100.0 end, create_time, "
    "case when state = 'open' then weighted_minor else 0 end from opportunities"
)


def upgrade() -> None:
    create_rounds()
    create_learning("win", happened="won")
    expected = sa.Column("expected_minor", sa.BigInteger(), nullable=False)
    create_scores("win_chances", marks="win_marks", record="opportunity", beside=(expected,))
    op.execute(_FILL)
    index_scores("win_chances", record="opportunity")
    op.create_index("win_chances_expected", "win_chances", ["expected_minor", "opportunity"])
    op.create_index(
        "opportunities_closed",
        "opportunities",
        ["close_time", "uuid"],
        postgresql_where=sa.text("close_time IS NOT NULL"),
    )
