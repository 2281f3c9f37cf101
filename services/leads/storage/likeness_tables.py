"""The tables of won customers, and of the leads that resemble them."""

from sqlalchemy import Boolean, Column, DateTime, Index, Integer, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from services.leads.storage.metadata import METADATA

# The opportunities that came of leads, as pipeline tells of them: made from its events alone.
WON_LEADS = Table(
    "won_leads",
    METADATA,
    Column("opportunity", Uuid, primary_key=True),
    Column("lead", Uuid, nullable=False),
    # One that is open again is won no more.
    Column("won", Boolean, nullable=False),
    Column("close_time", DateTime(timezone=True)),
)
Index("won_leads_close_time", WON_LEADS.c.close_time, WON_LEADS.c.opportunity, postgresql_where=WON_LEADS.c.won)

# How much each lead resembles the won customer it resembles most; the round over the stock writes it.
LEAD_LIKENESSES = Table(
    "lead_likenesses",
    METADATA,
    Column("lead", Uuid, primary_key=True),
    Column("score", Integer, nullable=False),
    Column("like", Uuid, nullable=False),
    Column("alike", Integer, nullable=False),
    Column("parts", JSONB, nullable=False),
    Column("time", DateTime(timezone=True), nullable=False),
)
Index("lead_likenesses_score", LEAD_LIKENESSES.c.score, LEAD_LIKENESSES.c.lead)
