"""The tables of facts, one row an aggregate, and of figures, the sums over them that questions read.

Each table is fed by one stream. Nothing in them depends on when an event arrived: a rebuild gives the same bytes.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY

from services.analytics.storage.metadata import METADATA


def _text(*names: str) -> tuple[Column[Any], ...]:
    return tuple(Column(name, Text, nullable=False) for name in names)


def _day(*names: str, nullable: bool = True) -> tuple[Column[Any], ...]:
    return tuple(Column(name, Date, nullable=nullable) for name in names)


def _instant(*names: str, nullable: bool = True) -> tuple[Column[Any], ...]:
    return tuple(Column(name, DateTime(timezone=True), nullable=nullable) for name in names)


def _truth(name: str) -> Column[Any]:
    return Column(name, Boolean, nullable=False)


def _money() -> tuple[Column[Any], ...]:
    return Column("amount", BigInteger, nullable=False), *_text("currency")


def _facts(name: str, *columns: Column[Any]) -> Table:
    """Of whom, and then what is known; the zero id stands for nobody."""
    whose = (Column(each, Uuid, nullable=False) for each in ("owner", "team", "region"))
    return Table(name, METADATA, Column("uuid", Uuid, primary_key=True), *whose, *columns)


def _sources() -> tuple[Column[Any], ...]:
    return _text("channel", "campaign", "industry")


LEAD_FACTS = _facts(
    "lead_facts",
    *_sources(),
    *_day("created", nullable=False),
    *_text("state"),
    *_day("converted", "disqualified"),
    *_instant("taken_in_time", "first_response_time"),
)
REGISTRATION_FACTS = _facts(
    "registration_facts", *_sources(), *_day("created", nullable=False), *_day("approved", "opened", "expired")
)
ACCOUNT_FACTS = _facts(
    "account_facts",
    *_day("created", nullable=False),
    _truth("deleted"),
    *_day("since", nullable=False),
    Column("spell", Integer, nullable=False),
)
HOLDING_FACTS = Table(
    "holding_facts",
    METADATA,
    Column("uuid", Uuid, nullable=False),
    Column("owner", Uuid, nullable=False),
    Column("team", Uuid, nullable=False),
    Column("region", Uuid, nullable=False),
    Column("spell", Integer, nullable=False),
    *_day("since", nullable=False),
    *_day("until"),
    PrimaryKeyConstraint("uuid", "spell", name="holding_facts_pkey"),
)
OPPORTUNITY_FACTS = _facts(
    "opportunity_facts",
    *_sources(),
    *_day("created", nullable=False),
    _truth("counts"),
    *_money(),
    *_text("furthest"),
    *_day("need", "quote", "negotiation", "signing"),
    *_text("state"),
    *_day("closed"),
    *_instant("closed_time", "settled_time", "first_contact_time"),
    *_text("loss_reason", "win_reason", "stage"),
    *_instant("entered_time", nullable=False),
    Column("stay", Integer, nullable=False),
    *_day("expected"),
    *_text("practices"),
    Column("account", Uuid, nullable=False),
    *_text("tier", "lifecycle", "tags", "products"),
    Column("lead_seconds", BigInteger),
)
Index("opportunity_facts_account", OPPORTUNITY_FACTS.c.account)
STAGE_VISIT_FACTS = Table(
    "stage_visit_facts",
    METADATA,
    Column("uuid", Uuid, nullable=False),
    Column("owner", Uuid, nullable=False),
    Column("team", Uuid, nullable=False),
    Column("region", Uuid, nullable=False),
    Column("stay", Integer, nullable=False),
    _truth("counts"),
    *_text("stage"),
    *_instant("entered_time", nullable=False),
    *_instant("left_time"),
    *_text("outcome"),
    PrimaryKeyConstraint("uuid", "stay", name="stage_visit_facts_pkey"),
)
QUOTE_FACTS = _facts("quote_facts", *_day("created", nullable=False), _truth("accepted"), *_money())
CONTRACT_FACTS = _facts(
    "contract_facts",
    *_day("signed"),
    *_money(),
    *_day("ends"),
    _truth("renewed"),
    _truth("ended"),
    *(Column(each, Uuid, nullable=False) for each in ("keeper", "keeper_team", "keeper_region")),
    Column("account", Uuid, nullable=False),
)
# All contracts of a customer, and the first one that somebody signed.
Index("contract_facts_account", CONTRACT_FACTS.c.account)
Index("contract_facts_owner", CONTRACT_FACTS.c.owner, CONTRACT_FACTS.c.signed)
INSTALMENT_FACTS = _facts(
    "instalment_facts", *_day("due"), *_money()[:1], Column("paid", BigInteger, nullable=False), *_text("currency")
)
RECEIPT_FACTS = _facts(
    "receipt_facts", Column("account", Uuid, nullable=False), *_day("received"), *_money(), *_text("refunds")
)
MEMBER_FACTS = _facts("member_facts", *_day("joined", nullable=False))
Index("member_facts_joined", MEMBER_FACTS.c.joined)


def _figures(name: str) -> Table:
    """Cells of sums, by a digest of what they are of: sums change all the time, and a short key is found fast."""
    table = Table(
        name,
        METADATA,
        Column("key", Uuid, primary_key=True),
        *_text("cut"),
        *_day("day", nullable=False),
        *_text("measure"),
        *(Column(each, Uuid, nullable=False) for each in ("owner", "team", "region")),
        *_text("value", "currency"),
        Column("tally", BigInteger, nullable=False),
        Column("total", BigInteger, nullable=False),
        # Room on the page lets a sum change in place, and no index has to learn of it.
        postgresql_with={"fillfactor": "70"},
    )
    # What everybody asks reads measures over days; what one person asks reads his own cells.
    Index(f"{name}_measure", table.c.cut, table.c.measure, table.c.day)
    Index(f"{name}_owner", table.c.cut, table.c.owner, table.c.day)
    return table


LEAD_FIGURES = _figures("lead_figures")
PIPELINE_FIGURES = _figures("pipeline_figures")
CONTRACT_FIGURES = _figures("contract_figures")

FACTS: tuple[Table, ...] = (
    LEAD_FACTS,
    REGISTRATION_FACTS,
    ACCOUNT_FACTS,
    HOLDING_FACTS,
    OPPORTUNITY_FACTS,
    STAGE_VISIT_FACTS,
    QUOTE_FACTS,
    CONTRACT_FACTS,
    INSTALMENT_FACTS,
    RECEIPT_FACTS,
    MEMBER_FACTS,
)
PROJECTIONS: tuple[Table, ...] = (*FACTS, LEAD_FIGURES, PIPELINE_FIGURES, CONTRACT_FIGURES)

TARGETS = Table(
    "targets",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("year", Integer, nullable=False),
    *_text("kpi", "subject"),
    *(Column(each, Uuid) for each in ("owner", "team", "region")),
    Column("number", BigInteger, nullable=False),
    *_text("currency"),
    Column("weight", BigInteger, nullable=False),
    Column("month_percents", ARRAY(Integer), nullable=False),
    *_instant("create_time", "update_time", nullable=False),
    UniqueConstraint("year", "kpi", "subject", "currency", name="targets_subject"),
)
Index("targets_create_time", TARGETS.c.create_time, TARGETS.c.uuid)
