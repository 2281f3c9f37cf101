"""The tables of content programmes, of the leads in them and of their mails."""

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, PrimaryKeyConstraint, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from chassis.tables import AT_ONCE, SECRET
from services.leads.storage.metadata import METADATA

NURTURING_PROGRAMMES = Table(
    "nurturing_programmes",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("content_version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("create_time", DateTime(timezone=True), nullable=False),
    Column("update_time", DateTime(timezone=True), nullable=False),
)
Index("nurturing_programmes_name", NURTURING_PROGRAMMES.c.display_name, NURTURING_PROGRAMMES.c.uuid)

# Every content a programme had: whoever entered by one goes on by it.
NURTURING_CONTENTS = Table(
    "nurturing_contents",
    METADATA,
    Column("programme", Uuid, nullable=False),
    Column("number", Integer, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("author", Text, nullable=False),
    Column("time", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("programme", "number", name=f"nurturing_contents{AT_ONCE}"),
)

LEAD_NURTURINGS = Table(
    "lead_nurturings",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("programme", Uuid, nullable=False),
    Column("content_version", Integer, nullable=False),
    Column("lead", Uuid, nullable=False),
    Column("digest", Text, nullable=False),
    Column("touches", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("steps_taken", Integer, nullable=False),
    Column("due", DateTime(timezone=True)),
    Column("reasons", JSONB, nullable=False),
    Column("enter_time", DateTime(timezone=True), nullable=False),
    Column("end_time", DateTime(timezone=True)),
    info=SECRET,
)
_ACTIVE = LEAD_NURTURINGS.c.state == "active"
# An address is in a programme once at a time, whichever leads it stands in.
Index(
    f"lead_nurturings_address{AT_ONCE}",
    LEAD_NURTURINGS.c.programme,
    LEAD_NURTURINGS.c.digest,
    unique=True,
    postgresql_where=_ACTIVE,
)
Index("lead_nurturings_due", LEAD_NURTURINGS.c.due, LEAD_NURTURINGS.c.uuid, postgresql_where=_ACTIVE)
Index("lead_nurturings_lead", LEAD_NURTURINGS.c.lead, LEAD_NURTURINGS.c.programme)
Index("lead_nurturings_digest", LEAD_NURTURINGS.c.digest, LEAD_NURTURINGS.c.programme)
Index("lead_nurturings_programme", LEAD_NURTURINGS.c.programme, LEAD_NURTURINGS.c.state)
Index("lead_nurturings_enter_time", LEAD_NURTURINGS.c.enter_time, LEAD_NURTURINGS.c.uuid)

# Of which step each mail is, and what whoever got it did; what became of it stands in `mails`.
NURTURING_MAILS = Table(
    "nurturing_mails",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("nurturing", Uuid, nullable=False),
    Column("programme", Uuid, nullable=False),
    Column("content_version", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("lead", Uuid, nullable=False),
    Column("create_time", DateTime(timezone=True), nullable=False),
    Column("open_time", DateTime(timezone=True)),
    Column("click_time", DateTime(timezone=True)),
    Column("unsubscribe_time", DateTime(timezone=True)),
)
Index("nurturing_mails_programme", NURTURING_MAILS.c.programme, NURTURING_MAILS.c.step)
Index("nurturing_mails_lead", NURTURING_MAILS.c.lead, NURTURING_MAILS.c.create_time)
Index("nurturing_mails_create_time", NURTURING_MAILS.c.create_time, NURTURING_MAILS.c.uuid)
