"""The table of approvals, one in each service that asks for them."""

from sqlalchemy import BigInteger, Column, DateTime, Index, LargeBinary, MetaData, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB


def approvals_table(metadata: MetaData) -> Table:
    """Declare the table `approvals`; about one subject at most one question of a kind is open."""
    instant = DateTime(timezone=True)
    table = Table(
        "approvals",
        metadata,
        Column("uuid", Uuid, primary_key=True),
        Column("version", BigInteger, nullable=False),
        Column("kind", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("content_hash", LargeBinary, nullable=False),
        Column("owner", Uuid),
        Column("team", Uuid),
        Column("region", Uuid),
        Column("permission", Text, nullable=False),
        Column("roles", ARRAY(Text), nullable=False),
        Column("reasons", JSONB, nullable=False),
        Column("requester", Text, nullable=False),
        # Who else had a hand in the subject; not there in rows of a release before.
        Column("parties", ARRAY(Text)),
        Column("state", Text, nullable=False),
        Column("decider", Text),
        Column("decide_time", instant),
        Column("comment", Text, nullable=False),
        Column("create_time", instant, nullable=False),
        Column("update_time", instant, nullable=False),
    )
    pending = text("state = 'pending'")
    Index("approvals_pending_at_once", table.c.subject, table.c.kind, unique=True, postgresql_where=pending)
    Index("approvals_waiting", table.c.permission, table.c.create_time, postgresql_where=pending)
    for name in ("kind", "subject", "owner", "team", "region", "requester", "state"):
        Index(f"approvals_{name}", table.c[name], table.c.create_time)
    Index("approvals_create_time", table.c.create_time, table.c.uuid)
    return table
