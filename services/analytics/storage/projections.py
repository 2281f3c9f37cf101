"""Writing projections as sets: the facts that events are about are read, stored and summed with a statement each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from hashlib import blake2b
from operator import attrgetter
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.database import driver
from services.analytics.domain.cells import CellKey, Cells
from services.analytics.domain.facts import (
    AccountFact,
    ContractFact,
    Fact,
    InstalmentFact,
    LeadFact,
    OpportunityFact,
    Outcome,
    QuoteFact,
    ReceiptFact,
    RegistrationFact,
    StageVisitFact,
    Step,
)
from services.analytics.storage import tables

F = TypeVar("F", bound=Fact)
Connection = AsyncConnection
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # untyped in SQLAlchemy
_WORDS: Mapping[str, type[Enum]] = {"furthest": Step, "stage": Step, "outcome": Outcome}


@dataclass(frozen=True, slots=True)
class Projection(Generic[F]):
    """A kind of fact, the table it lies in, and the table its points are summed up in."""

    fact: type[F]
    table: Table
    figures: Table


LEADS = Projection(LeadFact, tables.LEAD_FACTS, tables.LEAD_FIGURES)
REGISTRATIONS = Projection(RegistrationFact, tables.REGISTRATION_FACTS, tables.PIPELINE_FIGURES)
ACCOUNTS = Projection(AccountFact, tables.ACCOUNT_FACTS, tables.PIPELINE_FIGURES)
OPPORTUNITIES = Projection(OpportunityFact, tables.OPPORTUNITY_FACTS, tables.PIPELINE_FIGURES)
STAGE_VISITS = Projection(StageVisitFact, tables.STAGE_VISIT_FACTS, tables.PIPELINE_FIGURES)
QUOTES = Projection(QuoteFact, tables.QUOTE_FACTS, tables.CONTRACT_FIGURES)
CONTRACTS = Projection(ContractFact, tables.CONTRACT_FACTS, tables.CONTRACT_FIGURES)
INSTALMENTS = Projection(InstalmentFact, tables.INSTALMENT_FACTS, tables.CONTRACT_FIGURES)
RECEIPTS = Projection(ReceiptFact, tables.RECEIPT_FACTS, tables.CONTRACT_FIGURES)


async def known(connection: Connection, projection: Projection[F], uuids: Collection[UUID]) -> dict[UUID, F]:
    """The facts there are of these aggregates."""
    names = ", ".join(_columns(projection.table))
    text = f"select {names} from {projection.table.name} where uuid = any($1::uuid[])"  # noqa: S608 - names of our tables
    rows = await driver(connection).fetch(text, list(uuids))
    return {row["uuid"]: _fact(projection, row) for row in rows}


async def keep(connection: Connection, projection: Projection[F], facts: Sequence[F]) -> None:
    """Store facts, over those there are; of each at most one."""
    if not facts:
        return
    rows = [_row(projection.table, fact) for fact in facts]
    await driver(connection).execute(_upsert(projection.table), *zip(*rows, strict=True))


async def add(connection: Connection, figures: Table, cells: Cells) -> None:
    """Add to the sums; cells in which nothing is left are no longer there."""
    if not cells:
        return
    rows = [_cell(key, added) for key, added in cells.items()]
    await driver(connection).execute(_addition(figures), *zip(*rows, strict=True))
    emptied = [row[0] for row, (count, total) in zip(rows, cells.values(), strict=True) if count < 0 or total < 0]
    if emptied:
        await driver(connection).execute(_clearing(figures), emptied)


def _cell(key: CellKey, added: tuple[int, int]) -> tuple[object, ...]:
    """The row of a cell. Its key is a digest, so that a rebuild makes the same one."""
    cut, day, measure, whose, value, currency = key
    text = f"{cut}|{day}|{measure}|{whose}|{currency}|{value}"
    digest = blake2b(text.encode(), digest_size=16).hexdigest()
    return digest, cut, day, measure, *whose.split("/"), value, currency, *added


@lru_cache
def _columns(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns)


@lru_cache
def _getter(table: Table) -> Any:
    return attrgetter(*_columns(table))


@lru_cache
def _words(table: Table) -> tuple[tuple[int, str, type[Enum]], ...]:
    """Which columns hold words of ours, and which."""
    return tuple((place, name, _WORDS[name]) for place, name in enumerate(_columns(table)) if name in _WORDS)


def _row(table: Table, fact: Fact) -> Sequence[object]:
    row = list(_getter(table)(fact))
    for place, _, _word in _words(table):
        row[place] = row[place].value
    return row


def _fact(projection: Projection[F], row: Mapping[str, Any]) -> F:
    values = dict(row.items())
    for _, name, word in _words(projection.table):
        values[name] = word(values[name])
    return projection.fact(**values)


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
    return f"unnest({', '.join(f'${place}::{kind}[]' for place, kind in enumerate(types, start=1))})"
