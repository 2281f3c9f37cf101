"""What follows from all facts of a customer, and more sides to look from. What was told before is read anew."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_PROJECTED = (
    *("lead_facts", "registration_facts", "account_facts", "holding_facts", "opportunity_facts", "stage_visit_facts"),
    *("quote_facts", "contract_facts", "instalment_facts", "receipt_facts"),
    *("lead_figures", "pipeline_figures", "contract_figures"),
)


def upgrade() -> None:
    op.execute(f"truncate {', '.join(_PROJECTED)}")
    # A consumer without a place reads its producer's whole history first, as a new one does.
    for table in ("applied", "parked", "dead_letters", "checkpoints"):
        op.execute(
            f"delete from {table} where consumer in ('analytics-leads', 'analytics-pipeline', 'analytics-contracts')"  # noqa: S608 - names of ours
        )
    _add("lead_facts", _instant("taken_in_time"), _instant("first_response_time"))
    _add("opportunity_facts", _identity("account"), *map(_text, ("tier", "lifecycle", "tags", "products")))
    _add("opportunity_facts", sa.Column("lead_seconds", sa.BigInteger(), nullable=True))
    _add("contract_facts", _identity("account"))
    op.create_index("opportunity_facts_account", "opportunity_facts", ["account"])
    op.create_index("contract_facts_account", "contract_facts", ["account"])
    op.create_index("contract_facts_owner", "contract_facts", ["owner", "signed"])
    op.create_table(
        "member_facts",
        *(_identity(each) for each in ("uuid", "owner", "team", "region")),
        sa.Column("joined", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("member_facts_joined", "member_facts", ["joined"])


def _add(table: str, *columns: sa.Column[Any]) -> None:
    for column in columns:
        op.add_column(table, column)


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _identity(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Uuid(), nullable=False)


def _instant(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)
