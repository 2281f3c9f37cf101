"""Writing projections as sets: the facts that events are about are read, stored and summed with a statement each."""

import json
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import lru_cache
from hashlib import blake2b
from itertools import islice
from operator import attrgetter
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Column, Table, Text, Uuid
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.database import driver
from services.analytics.domain.cells import CellKey, Cells
from services.analytics.domain.facts import (
    AccountFact,
    ContractFact,
    Fact,
    HoldingFact,
    InstalmentFact,
    LeadFact,
    MemberFact,
    OpportunityFact,
    Outcome,
    Practice,
    QuoteFact,
    ReceiptFact,
    RegistrationFact,
    StageVisitFact,
    Step,
)
from services.analytics.domain.points import SIGNED
from services.analytics.storage import tables
from services.analytics.storage.tables import FACTS

F = TypeVar("F", bound=Fact)
Connection = AsyncConnection
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # untyped in SQLAlchemy


@dataclass(frozen=True, slots=True)
class Projection(Generic[F]):
    """A kind of fact, the table it lies in, and the table its points are summed up in."""

    fact: type[F]
    table: Table
    figures: Table


LEADS = Projection(LeadFact, tables.LEAD_FACTS, tables.LEAD_FIGURES)
REGISTRATIONS = Projection(RegistrationFact, tables.REGISTRATION_FACTS, tables.PIPELINE_FIGURES)
ACCOUNTS = Projection(AccountFact, tables.ACCOUNT_FACTS, tables.PIPELINE_FIGURES)
HOLDINGS = Projection(HoldingFact, tables.HOLDING_FACTS, tables.PIPELINE_FIGURES)
OPPORTUNITIES = Projection(OpportunityFact, tables.OPPORTUNITY_FACTS, tables.PIPELINE_FIGURES)
STAGE_VISITS = Projection(StageVisitFact, tables.STAGE_VISIT_FACTS, tables.PIPELINE_FIGURES)
QUOTES = Projection(QuoteFact, tables.QUOTE_FACTS, tables.CONTRACT_FIGURES)
CONTRACTS = Projection(ContractFact, tables.CONTRACT_FACTS, tables.CONTRACT_FIGURES)
INSTALMENTS = Projection(InstalmentFact, tables.INSTALMENT_FACTS, tables.CONTRACT_FIGURES)
RECEIPTS = Projection(ReceiptFact, tables.RECEIPT_FACTS, tables.CONTRACT_FIGURES)
MEMBERS = Projection(MemberFact, tables.MEMBER_FACTS, tables.LEAD_FIGURES)
PROJECTIONS: Sequence[Projection[Any]] = (
    LEADS,
    REGISTRATIONS,
    ACCOUNTS,
    HOLDINGS,
    OPPORTUNITIES,
    STAGE_VISITS,
    QUOTES,
    CONTRACTS,
    INSTALMENTS,
    RECEIPTS,
    MEMBERS,
)
_AT_ONCE = 5000
_MOST_CELLS = 20_000  # in one statement


async def known(connection: Connection, projection: Projection[F], uuids: Collection[UUID]) -> dict[UUID, F]:
    """The facts there are of these aggregates."""
    return {fact.uuid: fact for fact in await facts_where(connection, projection, "uuid", uuids)}


async def facts_where(
    connection: Connection, projection: Projection[F], column: str, uuids: Collection[UUID]
) -> list[F]:
    """The facts there are with one of these ids in a column that is indexed."""
    names = ", ".join(_columns(projection.table))
    text = f"select {names} from {projection.table.name} where {column} = any($1::uuid[])"  # noqa: S608 - names of our tables
    rows = await driver(connection).fetch(text, list(uuids))
    return [fact_of(projection, row) for row in rows]


async def stored(connection: Connection, projection: Projection[F]) -> AsyncIterator[list[F]]:
    """All facts there are, a few thousand at a time."""
    names = ", ".join(_columns(projection.table))
    cursor = await driver(connection).cursor(f"select {names} from {projection.table.name}")  # noqa: S608 - names of our tables
    while rows := await cursor.fetch(_AT_ONCE):
        yield [fact_of(projection, row) for row in rows]


async def keep(connection: Connection, projection: Projection[F], facts: Sequence[F]) -> None:
    """Store facts, over those there are; of each at most one."""
    if not facts:
        return
    rows = [_row(projection.table, fact) for fact in facts]
    await driver(connection).execute(_upsert(projection.table), *_literals(projection.table, rows))


async def add(connection: Connection, figures: Table, cells: Cells) -> None:
    """Add to the sums; cells in which nothing is left are no longer there."""
    wanted = iter(cells.items())
    while some := dict(islice(wanted, _MOST_CELLS)):
        await _add(connection, figures, some)


async def _add(connection: Connection, figures: Table, cells: Cells) -> None:
    rows = [(*_cell(key), *added) for key, added in cells.items()]
    await driver(connection).execute(_addition(figures), *_literals(figures, rows))
    emptied = [
        row[0]
        for row, (count, total) in zip(rows, cells.values(), strict=True)
        if count < 0 or total < 0 or row[3] in SIGNED
    ]
    if emptied:
        await driver(connection).execute(_clearing(figures), emptied)


@lru_cache(maxsize=100_000)
def _cell(key: CellKey) -> tuple[str | date, ...]:
    """What a cell is of. Its key is a digest, so that a rebuild makes the same one."""
    cut, day, measure, whose, value, currency = key
    text = f"{cut}|{day}|{measure}|{whose}|{currency}|{value}"
    digest = blake2b(text.encode(), digest_size=16).hexdigest()
    return digest, cut, day, measure, *whose.split("/"), value, currency


@lru_cache
def _columns(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns)


@lru_cache
def _getter(table: Table) -> Any:
    return attrgetter(*_columns(table))


def _word(told: Enum) -> str:
    return str(told.value)


def _told(refunds: Sequence[tuple[date, int]]) -> str:
    return " ".join(f"{day}:{amount}" for day, amount in refunds)


def _refunds(told: str) -> tuple[tuple[date, int], ...]:
    """What `_told` wrote: "2026-06-01:2000000 2026-07-03:5000"."""
    pairs = (each.split(":") for each in told.split())
    return tuple((date.fromisoformat(day), int(amount)) for day, amount in pairs)


def _practised(practices: Mapping[Practice, bool]) -> str:
    return " ".join(f"{practice.value}:{practices[practice]:d}" for practice in Practice if practice in practices)


def _practices(told: str) -> Mapping[Practice, bool]:
    """What `_practised` wrote: "quoted_in_time:1 stage_skipped:0"."""
    pairs = (each.split(":") for each in told.split())
    return {Practice(practice): done == "1" for practice, done in pairs}


def _listed(words: Sequence[str]) -> str:
    return json.dumps(list(words), ensure_ascii=False)


def _words(told: str) -> Sequence[str]:
    """What `_listed` wrote."""
    return tuple(json.loads(told))


# Columns that hold something else than the fact does: how it is written, and how it is read.
_CODES: Mapping[str, tuple[Callable[[Any], str], Callable[[str], Any]]] = {
    "practices": (_practised, _practices),
    "tags": (_listed, _words),
    "products": (_listed, _words),
    "furthest": (_word, Step),
    "stage": (_word, Step),
    "outcome": (_word, Outcome),
    "refunds": (_told, _refunds),
}


@lru_cache
def _coded(table: Table) -> tuple[tuple[int, str], ...]:
    return tuple((place, name) for place, name in enumerate(_columns(table)) if name in _CODES)


def _row(table: Table, fact: Fact) -> Sequence[object]:
    row = list(_getter(table)(fact))
    for place, name in _coded(table):
        row[place] = _CODES[name][0](row[place])
    return row


def fact_of(projection: Projection[F], row: Mapping[str, Any]) -> F:
    """The fact of a row."""
    values = dict(row.items())
    for _, name in _coded(projection.table):
        values[name] = _CODES[name][1](values[name])
    return projection.fact(**values)


def _literals(table: Table, rows: Sequence[Sequence[object]]) -> list[str]:
    """The columns of the rows as PostgreSQL writes arrays: a text is sent several times faster than its elements."""
    columns = zip(_writers(table), zip(*rows, strict=True), strict=True)
    return ["{" + write(column) + "}" for write, column in columns]


@lru_cache
def _writers(table: Table) -> tuple[Callable[[Sequence[Any]], str], ...]:
    """How each column is written."""
    return tuple(_writer(column) for column in table.columns)


def _writer(column: Column[Any]) -> Callable[[Sequence[Any]], str]:
    if isinstance(column.type, Text):
        return _quoted
    if isinstance(column.type, Uuid) and column.table in FACTS:  # those of a cell are texts already
        return _digits if column.primary_key else _repeated
    return _plain if column.nullable else _sure


def _plain(column: Sequence[Any]) -> str:
    """Nothing but text needs quotes inside an array."""
    return ",".join(["null" if value is None else str(value) for value in column])


def _sure(column: Sequence[Any]) -> str:
    """The same where no value is missing."""
    return ",".join(map(str, column))


def _digits(column: Sequence[UUID]) -> str:
    """Ids without their dashes, which take longer to write than to read."""
    return ",".join([f"{value.int:032x}" for value in column])


def _repeated(column: Sequence[UUID]) -> str:
    """Ids of which there are few."""
    return ",".join(map(_id, column))


@lru_cache(maxsize=10_000)
def _id(value: UUID) -> str:
    return str(value)


def _quoted(column: Sequence[Any]) -> str:
    joined = '","'.join(column)
    if "\\" in joined or joined.count('"') != 2 * (len(column) - 1):
        joined = '","'.join(value.replace("\\", "\\\\").replace('"', '\\"') for value in column)
    return f'"{joined}"'


@lru_cache
def _upsert(table: Table) -> str:
    names = _columns(table)
    key = [column.name for column in table.primary_key]
    changed = ", ".join(f"{name} = excluded.{name}" for name in names if name not in key)
    return f"{_insertion(table, names)} on conflict ({', '.join(key)}) do update set {changed}"


@lru_cache
def _addition(figures: Table) -> str:
    key = [column.name for column in figures.primary_key]
    added = ", ".join(f"{name} = {figures.name}.{name} + excluded.{name}" for name in ("tally", "total"))
    names = tuple(column.name for column in figures.columns)
    return f"{_insertion(figures, names)} on conflict ({', '.join(key)}) do update set {added}"


@lru_cache
def _clearing(figures: Table) -> str:
    return f"delete from {figures.name} where key = any($1::uuid[]) and tally = 0 and total = 0"  # noqa: S608 - name of our table


def _insertion(table: Table, names: tuple[str, ...]) -> str:
    return f"insert into {table.name} ({', '.join(names)}) select * from {_arrays(table, names)}"  # noqa: S608 - names of our tables


def _arrays(table: Table, names: tuple[str, ...]) -> str:
    types = (table.c[name].type.compile(dialect=_DIALECT) for name in names)
    return f"unnest({', '.join(f'${place}::text::{kind}[]' for place, kind in enumerate(types, start=1))})"
