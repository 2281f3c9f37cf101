"""The tables of follow-ups, and of what first-response clocks came to."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.leads.storage.metadata import METADATA

_PERSONAL = {"personal": True}

FOLLOW_UPS = Table(
    "lead_follow_ups",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("lead", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("time", DateTime(timezone=True), nullable=False),
    Column("note", Text, nullable=False, info=_PERSONAL),
    Column("next_step", Text, nullable=False, info=_PERSONAL),
    Column("next_step_time", DateTime(timezone=True)),
    Column("author", Text, nullable=False),
    Column("told_time", DateTime(timezone=True), nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("create_time", DateTime(timezone=True), nullable=False),
)
Index("lead_follow_ups_lead", FOLLOW_UPS.c.lead, FOLLOW_UPS.c.time, FOLLOW_UPS.c.uuid)
Index("lead_follow_ups_time", FOLLOW_UPS.c.time, FOLLOW_UPS.c.uuid)
Index("lead_follow_ups_author", FOLLOW_UPS.c.author, FOLLOW_UPS.c.time)
Index(
    "lead_follow_ups_next_step",
    FOLLOW_UPS.c.next_step_time,
    postgresql_where=FOLLOW_UPS.c.next_step_time.is_not(None),
)

# What a follow-up told before each correction.
FOLLOW_UP_CORRECTIONS = Table(
    "lead_follow_up_corrections",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("follow_up", Uuid, nullable=False),
    Column("lead", Uuid, nullable=False),
    Column("time", DateTime(timezone=True), nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False, info=_PERSONAL),
    Column("before", JSONB, nullable=False, info=_PERSONAL),
)
Index("lead_follow_up_corrections_follow_up", FOLLOW_UP_CORRECTIONS.c.follow_up, FOLLOW_UP_CORRECTIONS.c.time)
Index("lead_follow_up_corrections_lead", FOLLOW_UP_CORRECTIONS.c.lead)

# One row for each thing a clock came to, with whom it is told. Owner, team and region are those of the lead then: who
# sees their rows sees what became of them.
RESPONSE_NOTICES = Table(
    "lead_response_notices",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("lead", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("time", DateTime(timezone=True), nullable=False),
    Column("told", ARRAY(Text), nullable=False),
    Column("grade", Text, nullable=False),
    Column("due", DateTime(timezone=True)),
    Column("minutes", Integer),
    Column("follow_up", Uuid),
    Column("owner", Uuid),
    Column("team", Uuid),
    Column("region", Uuid),
)
Index("lead_response_notices_lead", RESPONSE_NOTICES.c.lead, RESPONSE_NOTICES.c.time)
Index("lead_response_notices_time", RESPONSE_NOTICES.c.time, RESPONSE_NOTICES.c.uuid)
Index("lead_response_notices_owner", RESPONSE_NOTICES.c.owner, RESPONSE_NOTICES.c.time)
Index("lead_response_notices_team", RESPONSE_NOTICES.c.team, RESPONSE_NOTICES.c.time)
Index("lead_response_notices_told", RESPONSE_NOTICES.c.told, postgresql_using="gin")
