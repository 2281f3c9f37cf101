"""What the chassis got later finds what a database of before holds."""

from datetime import UTC, datetime

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.migrations import migrate
from chassis.roles import DatabaseRoles
from chassis.tables import dead_letters, published
from services.leads.__main__ import DEFINITION

_PUBLISHED = text("""
    insert into outbox (event_id, aggregate_type, aggregate_id, version, event_type, subject, payload, trace, occurred,
                        published_at, stream_epoch, stream_seq, attempts, stopped)
    select md5(n::text)::uuid, 'lead', md5('a')::uuid, n, 't', 's', '', '', :now, :now,
           case when n = 1 then 'older' else 'newer' end, case when n = 1 then 900 else n end, 1, false
      from generate_series(1, 3) n
""")
_LETTER = text("""
    insert into dead_letters (consumer, aggregate, version, event_id, subject, event_type, payload, occurred, error)
    values ('c', 'lead/1', 1, 'e', 's', 'malformed', '', :now, '')
""")


async def test_a_database_of_before_knows_how_far_it_has_published(empty_database: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    roles = DatabaseRoles(owner_url=empty_database, application_url=empty_database)
    await migrate(roles, folder=DEFINITION.migrations, tables=DEFINITION.tables, revision="0007")
    engine = create_async_engine(empty_database)
    async with engine.begin() as connection:
        await connection.execute(_PUBLISHED, {"now": now})
        await connection.execute(_LETTER, {"now": now})
    await migrate(roles, folder=DEFINITION.migrations, tables=DEFINITION.tables)
    async with engine.connect() as connection:
        assert tuple((await connection.execute(select(published))).one()) == ("leads", "newer", 3, None)
        assert await connection.scalar(select(dead_letters.c.event_type)) == ""
    await engine.dispose()
