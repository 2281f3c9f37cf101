"""The tables of behaviour and of purchase intent."""

from sqlalchemy import BigInteger, Column, DateTime, Float, Index, Integer, Table, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from chassis.tables import AT_ONCE
from services.leads.storage.metadata import METADATA

LEAD_BEHAVIOURS = Table(
    "lead_behaviours",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("lead", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("time", DateTime(timezone=True), nullable=False),
    Column("asset", Text, nullable=False),
    Column("campaign", Uuid),
    Column("sender", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("told_time", DateTime(timezone=True), nullable=False),
    UniqueConstraint("sender", "event_id", name=f"lead_behaviours{AT_ONCE}"),
)
Index("lead_behaviours_lead", LEAD_BEHAVIOURS.c.lead, LEAD_BEHAVIOURS.c.time, LEAD_BEHAVIOURS.c.uuid)

# What each lead's model says of it, one row a lead, made with the lead. `rank` is what lists are sorted by: the
# probability, 0 without one. A lead that is `due` waits to be scored.
LEAD_INTENTS = Table(
    "lead_intents",
    METADATA,
    Column("lead", Uuid, primary_key=True),
    Column("rank", Float, nullable=False),
    Column("probability", Float),
    Column("model", BigInteger),
    Column("base", Float),
    Column("parts", JSONB),
    Column("time", DateTime(timezone=True)),
    Column("due", DateTime(timezone=True)),
)
Index("lead_intents_rank", LEAD_INTENTS.c.rank, LEAD_INTENTS.c.lead)
Index("lead_intents_due", LEAD_INTENTS.c.due, postgresql_where=LEAD_INTENTS.c.due.is_not(None))

# Leads to be scored anew. Only ever added, so that whoever tells of a lead waits for nobody who scores it; a sweep
# takes them up.
INTENT_MARKS = Table(
    "intent_marks",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("lead", Uuid, nullable=False),
)

INTENT_MODELS = Table(
    "intent_models",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("learn_time", DateTime(timezone=True), nullable=False),
    Column("card", JSONB, nullable=False),
    Column("body", JSONB, nullable=False),
    UniqueConstraint("number", name="intent_models_number"),
)

# One row: when a model is to be learnt again, and how the last attempt ended.
INTENT_LEARNING = Table(
    "intent_learning",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("due", DateTime(timezone=True), nullable=False),
    Column("time", DateTime(timezone=True)),
    Column("outcomes", Integer, nullable=False),
    Column("converted", Integer, nullable=False),
    Column("silence", JSONB),
)
