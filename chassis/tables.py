"""The tables every service has beside its own: what happened, what was asked, what was consumed, what is to do."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

CHASSIS = MetaData()
# A key whose name ends so is refused to whoever comes second at the same moment: not told, but decided again.
AT_ONCE = "_at_once"
# No reader of the database sees such a table: it holds what opens doors, or whole answers.
SECRET = {"secret": True}
# A row put into such a table takes the place of the one with its key.
REPLACED = {"replaced": True}
_INSTANT = DateTime(timezone=True)


def _event_columns() -> list[Column[Any]]:
    """What the outbox and the event log know of one event."""
    return [
        Column("event_id", Uuid, nullable=False),
        Column("aggregate_type", Text, nullable=False),
        Column("aggregate_id", Uuid, nullable=False),
        Column("version", BigInteger, nullable=False),
        Column("event_type", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("payload", LargeBinary, nullable=False),
        Column("trace", Text, nullable=False),
        Column("occurred", _INSTANT, nullable=False),
        Column("published_at", _INSTANT),
        Column("stream_epoch", Text),
        Column("stream_seq", BigInteger),
    ]


outbox = Table(
    "outbox",
    CHASSIS,
    Column("id", BigInteger, Identity(always=True, cache=1), primary_key=True),
    *_event_columns(),
    Column("attempts", Integer, nullable=False),  # publishes of this row that failed
    Column("last_error", Text),
    Column("stopped", Boolean, nullable=False),
    UniqueConstraint("event_id", name="outbox_event_id"),
    UniqueConstraint("aggregate_type", "aggregate_id", "version", name="outbox_aggregate_version"),
)
Index("outbox_unpublished", outbox.c.id, postgresql_where=outbox.c.published_at.is_(None))
Index("outbox_stopped", outbox.c.aggregate_id, postgresql_where=outbox.c.stopped)
Index("outbox_published", outbox.c.published_at)

event_log = Table(
    "event_log",
    CHASSIS,
    Column("id", BigInteger, nullable=False),
    *_event_columns(),
    postgresql_partition_by="RANGE (occurred)",
)
Index("event_log_id", event_log.c.id)
Index("event_log_aggregate", event_log.c.aggregate_type, event_log.c.aggregate_id, event_log.c.version)

requests = Table(
    "requests",
    CHASSIS,
    Column("principal", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("created", _INSTANT, nullable=False),
    Column("lasting", Boolean),  # null, as in the rows of an older release, is no
    PrimaryKeyConstraint("principal", "method", "request_id", name="requests_pkey"),
    info=SECRET,
)
Index("requests_passing", requests.c.created, postgresql_where=requests.c.lasting.is_not(True))

audit = Table(
    "audit",
    CHASSIS,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("occurred", _INSTANT, nullable=False),
    Column("actor", Text, nullable=False),
    Column("on_behalf_of", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("resource", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("details", JSONB, nullable=False),
    Column("place", BigInteger),
    Column("hash", LargeBinary),
    UniqueConstraint("place", name="audit_place"),
)
Index("audit_unsealed", audit.c.id, postgresql_where=audit.c.place.is_(None))
Index("audit_resource", audit.c.resource)

checkpoints = Table(
    "checkpoints",
    CHASSIS,
    Column("consumer", Text, primary_key=True),
    Column("stream", Text, nullable=False),
    Column("epoch", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("event_seq", BigInteger),
    Column("event_id", Text),
)

published = Table(
    "published",
    CHASSIS,
    Column("stream", Text, primary_key=True),
    Column("epoch", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("refill_after", BigInteger),
)

applied = Table(
    "applied",
    CHASSIS,
    Column("consumer", Text, nullable=False),
    Column("aggregate", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    PrimaryKeyConstraint("consumer", "aggregate", name="applied_pkey"),
)

parked = Table(
    "parked",
    CHASSIS,
    Column("consumer", Text, nullable=False),
    Column("aggregate", Text, nullable=False),
    Column("since", _INSTANT, nullable=False),
    PrimaryKeyConstraint("consumer", "aggregate", name="parked_pkey"),
)

dead_letters = Table(
    "dead_letters",
    CHASSIS,
    Column("consumer", Text, nullable=False),
    Column("aggregate", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("event_type", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("occurred", _INSTANT, nullable=False),
    Column("error", Text, nullable=False),
    PrimaryKeyConstraint("consumer", "aggregate", "version", name="dead_letters_pkey"),
)

jobs = Table(
    "jobs",
    CHASSIS,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("due", _INSTANT, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("last_error", Text),
    Column("leased_until", _INSTANT),
)
Index("jobs_due", jobs.c.due, postgresql_where=text("state = 'waiting'"))

sweeps = Table(
    "sweeps",
    CHASSIS,
    Column("name", Text, primary_key=True),
    Column("due", _INSTANT, nullable=False),
    Column("last_error", Text),
)


def chassis_tables(metadata: MetaData) -> None:
    """Add the tables of the chassis to a service's own."""
    for table in CHASSIS.sorted_tables:
        table.to_metadata(metadata)
