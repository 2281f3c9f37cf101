"""The owner changes tables, the application works in them, a reader looks, and none can do more."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from chassis.event_log import create_partition
from chassis.migrations import migrate
from chassis.roles import DatabaseRoles
from deploy.local.postgres import Postgres
from services.directory.__main__ import DEFINITION

Engines = Callable[[str], AsyncEngine]


@dataclass
class Roles:
    """One database by its roles."""

    application: AsyncEngine
    reader: AsyncEngine


@pytest.fixture
async def roles(postgres: Postgres, empty_database: str) -> AsyncIterator[Roles]:
    name = empty_database.partition("?")[0].rpartition("/")[2]
    for role in ("directory_app", "millrace_reader"):
        postgres.ensure_role(role)
    application = postgres.url(name, role="directory_app")
    given = DatabaseRoles(owner_url=empty_database, application_url=application, reader="millrace_reader")
    await migrate(given, folder=DEFINITION.migrations, tables=DEFINITION.tables)
    made = Roles(create_async_engine(application), create_async_engine(postgres.url(name, role="millrace_reader")))
    yield made
    await made.application.dispose()
    await made.reader.dispose()


async def run(engine: AsyncEngine, statement: str) -> int:
    """How many rows it did something to."""
    async with engine.begin() as connection:
        return (await connection.execute(text(statement))).rowcount


@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        ("insert into sweeps (name, due) values ('x', '2026-01-01Z')", 1),
        ("update members set capacity = 1", 0),
        ("update audit set place = 1, hash = 'x'", 0),
        ("delete from requests", 0),
    ],
)
async def test_the_application_works_in_the_tables(roles: Roles, statement: str, rows: int) -> None:
    assert await run(roles.application, statement) == rows


@pytest.mark.parametrize(
    "statement",
    [
        "drop table members",
        "alter table members add column x text",
        "create table mine (x text)",
        "delete from audit",
        "update audit set actor = 'somebody else'",
        "truncate audit",
        "update alembic_version set version_num = '0001'",
    ],
)
async def test_the_application_changes_no_table_and_no_line_of_the_audit_log(roles: Roles, statement: str) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        await run(roles.application, statement)


async def test_the_application_adds_a_month_to_the_event_log_by_the_owners_leave(roles: Roles) -> None:
    async with roles.application.begin() as connection:
        await create_partition(connection, datetime(2026, 12, 31, 23, tzinfo=UTC))
        await create_partition(connection, datetime(2026, 12, 1, tzinfo=UTC))
        bounds = await connection.scalar(
            text("select pg_get_expr(relpartbound, oid) from pg_class where relname = 'event_log_2026_12'")
        )
    assert "2026-12-01" in str(bounds)
    assert "2027-01-01" in str(bounds)


async def test_a_reader_looks_and_changes_nothing(roles: Roles) -> None:
    await run(roles.reader, "select * from members")
    with pytest.raises(ProgrammingError, match="permission denied"):
        await run(roles.reader, "update members set capacity = 1")


@pytest.mark.parametrize("table", ["signing_keys", "credentials", "refresh_tokens", "api_clients", "requests"])
async def test_a_reader_sees_nothing_that_opens_doors(roles: Roles, table: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        await run(roles.reader, f'table "{table}"')
