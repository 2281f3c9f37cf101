"""Quotes that a release before wrote get their authors by a migration: whoever began one of their versions."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.migrations import migrate
from chassis.roles import DatabaseRoles
from services.contracts.__main__ import DEFINITION
from services.contracts.storage.quote_tables import QUOTES
from services.contracts.storage.quotes import QUOTE_RECORD
from tests.unit.contracts.quoting import a_quote


async def test_a_version_has_the_creators_of_those_it_follows(empty_database: str) -> None:
    roles = DatabaseRoles(owner_url=empty_database, application_url=empty_database)
    await migrate(roles, folder=DEFINITION.migrations, tables=DEFINITION.tables, revision="0014")
    engine = create_async_engine(empty_database)
    first = a_quote()
    versions = [
        replace(first, uuid=UUID(int=number), revision=number, creator=f"members/{number}") for number in (1, 2, 3)
    ]
    other = replace(first, uuid=UUID(int=4), number="QT-2026-000002", creator="members/4")
    rows = [{**QUOTE_RECORD.row(each), "version": 1, "lines": []} for each in (*versions, other)]
    before = [{name: value for name, value in row.items() if name != "authors"} for row in rows]
    async with engine.begin() as connection:
        await connection.execute(insert(QUOTES), before)
    await migrate(roles, folder=DEFINITION.migrations, tables=DEFINITION.tables)
    async with engine.begin() as connection:
        after = list(await connection.scalars(select(QUOTES.c.authors).order_by(QUOTES.c.uuid)))
    await engine.dispose()
    known = [[f"members/{number}" for number in range(1, most + 1)] for most in (1, 2, 3)]
    assert [sorted(each) for each in after] == [*known, ["members/4"]]
