"""Looking for words in every column of every table of a database, bytes included."""

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_COLUMNS = text(
    "select table_name, column_name, udt_name from information_schema.columns c "
    "join information_schema.tables t using (table_schema, table_name) "
    "where table_schema = 'public' and table_type = 'BASE TABLE'"
)


async def found(engine: AsyncEngine, words: Iterable[str]) -> list[tuple[str, str, str]]:
    """(table, column, word) of every word that stands anywhere; digits also count without blanks between them."""
    hits = []
    async with engine.connect() as connection:
        for table, column, kind in (await connection.execute(_COLUMNS)).all():
            hits += [(table, column, word) for word in words if await _holds(connection, table, column, kind, word)]
    return hits


async def _holds(connection: AsyncConnection, table: str, column: str, kind: str, word: str) -> bool:
    told = f'"{column}"' if kind == "bytea" else f"convert_to(\"{column}\"::text, 'UTF8')"
    rows = f'select from "{table}" where position(cast(:word as bytea) in {told}) > 0'
    statement = text(f"select exists({rows})")
    return bool(await connection.scalar(statement, {"word": word.encode()}))
