"""Facts of leads, opportunities, contracts, and the figures over them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _facts("lead_facts", *_sources(), _created(), *_text("state"), *_day("converted", "disqualified"))
    _facts("registration_facts", *_sources(), _created(), *_day("approved", "opened", "expired"))
    _facts("account_facts", _created(), _truth("deleted"))
    _opportunities()
    _visits()
    _facts("quote_facts", _created(), _truth("accepted"), _number("amount"), *_text("currency"))
    _facts(
        "contract_facts",
        *_day("signed"),
        _number("amount"),
        *_text("currency"),
        *_day("ends"),
        _truth("renewed"),
    )
    _facts("instalment_facts", *_day("due"), _number("amount"), _number("paid"), *_text("currency"))
    _facts("receipt_facts", *_day("received"), _number("amount"), *_text("currency"))
    for name in ("lead_figures", "pipeline_figures", "contract_figures"):
        _figures(name)


def _opportunities() -> None:
    _facts(
        "opportunity_facts",
        *_sources(),
        _created(),
        _truth("counts"),
        _number("amount"),
        *_text("currency", "furthest"),
        *_day("need", "quote", "negotiation", "signing"),
        *_text("state"),
        *_day("closed"),
        _instant("closed_time", nullable=True),
        _instant("first_contact_time", nullable=True),
        *_text("loss_reason", "stage"),
        _instant("entered_time", nullable=False),
        sa.Column("stay", sa.Integer(), nullable=False),
    )


def _visits() -> None:
    op.create_table(
        "stage_visit_facts",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        *_whose(),
        sa.Column("stay", sa.Integer(), nullable=False),
        _truth("counts"),
        *_text("stage"),
        _instant("entered_time", nullable=False),
        _instant("left_time", nullable=True),
        *_text("outcome"),
        sa.PrimaryKeyConstraint("uuid", "stay", name="stage_visit_facts_pkey"),
    )


def _figures(name: str) -> None:
    op.create_table(
        name,
        sa.Column("key", sa.Uuid(), nullable=False),
        *_text("cut"),
        sa.Column("day", sa.Date(), nullable=False),
        *_text("measure"),
        *_whose(),
        *_text("value", "currency"),
        _number("tally"),
        _number("total"),
        sa.PrimaryKeyConstraint("key"),
        postgresql_with={"fillfactor": "70"},
    )
    op.create_index(f"{name}_cut", name, ["cut", "day"], unique=False)


def _facts(name: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        name, sa.Column("uuid", sa.Uuid(), nullable=False), *_whose(), *columns, sa.PrimaryKeyConstraint("uuid")
    )


def _whose() -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Uuid(), nullable=False) for name in ("owner", "team", "region")]


def _text(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _day(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Date(), nullable=True) for name in names]


def _created() -> sa.Column[Any]:
    return sa.Column("created", sa.Date(), nullable=False)


def _instant(name: str, *, nullable: bool) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _truth(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _sources() -> list[sa.Column[Any]]:
    return _text("channel", "campaign", "industry")
