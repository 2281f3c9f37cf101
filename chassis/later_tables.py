"""What the tables of the chassis got after a service's first migration: one function per step, never edited."""

import sqlalchemy as sa
from alembic import op

# One look through the whole history, so that the relay never has to look again.
_LAST_PUBLISHED = """
insert into published (stream, epoch, seq)
select '{stream}', stream_epoch, max(stream_seq) from (
    select id, stream_epoch, stream_seq from outbox where published_at is not null
    union all select id, stream_epoch, stream_seq from event_log
) e where stream_epoch is not null group by stream_epoch order by max(id) desc limit 1
"""
# These letters lost the name of their type; without one they count as unreadable, and are read from the history.
_NAMELESS = "update dead_letters set event_type = '' where event_type = 'malformed'"


def add_lasting_requests() -> None:
    """Answers of commands that may never be carried out twice are not forgotten with the others."""
    op.add_column("requests", sa.Column("lasting", sa.Boolean(), nullable=True))
    op.create_index(
        "requests_passing", "requests", ["created"], unique=False, postgresql_where=sa.text("lasting IS NOT true")
    )
    op.drop_index("requests_created", table_name="requests")


def add_published_and_anchors(stream: str) -> None:
    """How far the relay has published, and the last event a consumer applied: a rewound stream is known by them."""
    op.create_table(
        "published",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("refill_after", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("stream"),
    )
    op.execute(_LAST_PUBLISHED.format(stream=stream))
    op.add_column("checkpoints", sa.Column("event_seq", sa.BigInteger(), nullable=True))
    op.add_column("checkpoints", sa.Column("event_id", sa.Text(), nullable=True))
    op.execute(_NAMELESS)
