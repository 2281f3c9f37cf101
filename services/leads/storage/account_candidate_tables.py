"""The tables of leads that are likely an existing customer's."""

from sqlalchemy import Column, DateTime, Float, Index, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from chassis.tables import AT_ONCE
from services.leads.storage.metadata import METADATA

# Ids of accounts only: their names and numbers stay with pipeline.
ACCOUNT_CANDIDATES = Table(
    "account_candidates",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("lead", Uuid, nullable=False),
    Column("account", Uuid, nullable=False),
    Column("score", Float, nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("create_time", DateTime(timezone=True), nullable=False),
    Column("judge", Text),
    Column("judge_name", Text),
    Column("judge_time", DateTime(timezone=True)),
)
# Nobody is asked twice about a lead and an account: of two who compare at once the second decides again.
Index(
    f"account_candidates{AT_ONCE}",
    ACCOUNT_CANDIDATES.c.lead,
    ACCOUNT_CANDIDATES.c.account,
    unique=True,
)
Index("account_candidates_newest", ACCOUNT_CANDIDATES.c.create_time, ACCOUNT_CANDIDATES.c.uuid)
Index("account_candidates_open", ACCOUNT_CANDIDATES.c.state, ACCOUNT_CANDIDATES.c.create_time)
# The leads that are to be compared with the accounts; rows are only added, and taken by whoever compares.
ACCOUNT_MARKS = Table(
    "account_marks",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("lead", Uuid, nullable=False),
)
