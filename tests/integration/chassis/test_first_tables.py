"""Every service's database holds the chassis' tables alike, and just as the code declares them."""

from collections import defaultdict

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from chassis.parts import ServiceDefinition
from chassis.tables import CHASSIS
from deploy.release.published import DEFINITIONS
from tests.support.databases import Databases

_SCHEMA = text("""
    select table_name::text, concat_ws(' ', ordinal_position, column_name, udt_name, is_nullable, column_default,
                                       is_identity, identity_generation)
      from information_schema.columns where table_schema = 'public'
    union all select tablename::text, indexdef from pg_indexes where schemaname = 'public'
    union all select conrelid::regclass::text, conname || ' ' || pg_get_constraintdef(oid)
      from pg_constraint where connamespace = 'public'::regnamespace
    union all select partrelid::regclass::text, pg_get_partkeydef(partrelid) from pg_partitioned_table
""")
Schema = dict[str, set[str]]


async def schema_of(engine: AsyncEngine) -> Schema:
    """Each table with its columns, indexes, constraints and partitioning, as PostgreSQL tells them."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    async with engine.connect() as connection:
        for table, line in await connection.execute(_SCHEMA):
            found[table].add(line)
    return dict(found)


async def migrated(databases: Databases, definition: ServiceDefinition) -> tuple[Schema, list[object]]:
    """The schema of a service's database, and where it differs from what the code declares."""

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), definition.tables))

    with databases.of(definition.name) as url:
        engine = create_async_engine(url)
        async with engine.connect() as connection:
            differing = await connection.run_sync(differences)
        schema = await schema_of(engine)
        await engine.dispose()
    # Partitions of the event log are made by the month; the declaration knows only the whole.
    return schema, [each for each in differing if "event_log_" not in str(each)]


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda definition: definition.name)
async def test_the_migrations_make_exactly_the_declared_tables(
    databases: Databases, definition: ServiceDefinition
) -> None:
    _, differing = await migrated(databases, definition)
    assert differing == []


async def test_the_tables_of_the_chassis_are_the_same_in_every_service(databases: Databases) -> None:
    schemas = [(await migrated(databases, definition))[0] for definition in DEFINITIONS]
    for table in CHASSIS.tables:
        assert all(schema[table] == schemas[0][table] for schema in schemas), table
