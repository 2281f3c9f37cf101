"""The tables of behaviour and of purchase intent."""

from sqlalchemy import Column, DateTime, Index, Table, Text, UniqueConstraint, Uuid

from chassis.learning import learning_tables, score_tables
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

# What each lead's model says of it, one row a lead, made with the lead, and the leads to be scored anew.
LEAD_INTENTS, INTENT_MARKS = score_tables(METADATA, "lead_intents", marks="intent_marks", record="lead")
INTENT_LEARNING = learning_tables(METADATA, "intent", happened="converted")
