"""The tables of looks into a company register."""

from sqlalchemy import Column, DateTime, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.leads.storage.metadata import METADATA

# The last look of each lead's company: what the register told, and the fields of the lead that were filled with it.
LEAD_COMPANIES = Table(
    "lead_companies",
    METADATA,
    Column("lead", Uuid, primary_key=True),
    Column("time", DateTime(timezone=True), nullable=False),
    Column("source", Text, nullable=False),
    Column("finding", Text, nullable=False),
    # It names the legal representative.
    Column("entry", JSONB, info={"personal": True}),
    Column("filled", ARRAY(Text), nullable=False),
)
# The leads whose company is to be looked up; rows are only added, and taken by whoever looks.
COMPANY_MARKS = Table(
    "company_marks",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("lead", Uuid, nullable=False),
)
