"""The migrations make exactly the tables the code declares."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from services.directory.storage.metadata import METADATA
from services.directory.storage.session_tables import TABLES
from services.directory.storage.tables import ORGANIZATION


async def test_a_migrated_database_has_the_declared_tables_and_no_others(directory_database: str) -> None:
    assert {table.name for table in (*TABLES, ORGANIZATION.members)} <= set(METADATA.tables)

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), METADATA))

    engine = create_async_engine(directory_database)
    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()
    # Partitions of the event log are made by the month; the declaration knows only the whole.
    assert [each for each in found if "event_log_" not in str(each)] == []
