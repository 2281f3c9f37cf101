"""Whose something was when it happened. What figures mean changes, so the projections begin anew from the histories."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_PROJECTED = (
    *("lead_facts", "registration_facts", "account_facts", "opportunity_facts", "stage_visit_facts", "quote_facts"),
    *("contract_facts", "instalment_facts", "receipt_facts", "lead_figures", "pipeline_figures", "contract_figures"),
)
_FOLLOWING = ("analytics-leads", "analytics-pipeline", "analytics-contracts")


def upgrade() -> None:
    _begin_anew(_PROJECTED, _FOLLOWING)
    _add(
        "account_facts", sa.Column("since", sa.Date(), nullable=False), sa.Column("spell", sa.Integer(), nullable=False)
    )
    _add("opportunity_facts", sa.Column("settled_time", sa.DateTime(timezone=True), nullable=True))
    keepers = (_identity(each) for each in ("keeper", "keeper_team", "keeper_region"))
    _add("contract_facts", sa.Column("ended", sa.Boolean(), nullable=False), *keepers)
    _add("receipt_facts", _identity("account"), sa.Column("refunds", sa.Text(), nullable=False))
    op.create_table(
        "holding_facts",
        *(sa.Column(each, sa.Uuid(), nullable=False) for each in ("uuid", "owner", "team", "region")),
        sa.Column("spell", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("uuid", "spell", name="holding_facts_pkey"),
    )


def _begin_anew(tables: Sequence[str], consumers: Sequence[str]) -> None:
    """A consumer without a place reads its producer's whole history first, as a new one does."""
    op.execute(f"truncate {', '.join(tables)}")
    names = ", ".join(f"'{each}'" for each in consumers)
    for table in ("applied", "parked", "dead_letters", "checkpoints"):
        op.execute(f"delete from {table} where consumer in ({names})")  # noqa: S608 - names of ours


def _add(table: str, *columns: sa.Column[Any]) -> None:
    for column in columns:
        op.add_column(table, column)


def _identity(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Uuid(), nullable=False)
