"""The flush: rows, events, audit and the stored answer of a unit of work in one statement.

The statement counts what it wrote and fails as a whole where that is not what was expected: the loser of a race then
writes nothing at all, neither events nor audit. Events select from the rows' RETURNING besides, because the winner's
event has the same version: the loser would meet the unique key of the outbox before anybody counts. The flush needs no
transaction around it, and has one only where the use case began one. Rows travel as one JSON array per table and events
as arrays, so that the texts stay few and stay prepared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.database import driver
from chassis.ids import new_id
from chassis.masking import digest, mask
from chassis.principal import Principal
from chassis.tables import audit as audit_table
from chassis.tables import requests

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # untyped in SQLAlchemy
# What a flush writes: the tables of new rows, of changed rows and of rows without events, and whether there are events.
Shape = tuple[tuple[Table, ...], tuple[Table, ...], tuple[Table, ...], bool]

_PRINCIPAL_COLUMNS = ("occurred", "actor", "on_behalf_of", "action", "resource", "version", "request_id", "details")


class LostRace(Exception):  # noqa: N818 - an outcome, not a fault: the store runs the use case again
    """A row changed between its reading and its writing."""


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One row of the outbox, without what the relay adds."""

    event_id: UUID
    aggregate_type: str
    aggregate_id: UUID
    version: int
    event_type: str
    subject: str
    payload: bytes
    trace: str
    occurred: datetime

    @property
    def noun(self) -> str:
        """The kind of the aggregate with its producer, `millrace.leads.v1.lead`."""
        return self.subject.rpartition(".")[0]


@dataclass(slots=True)
class Gathered:
    """What a use case decided, until it is written. Two saves of one row become one write."""

    rows: dict[Table, dict[UUID, dict[str, object]]] = field(default_factory=dict)
    sides: dict[Table, list[Mapping[str, object]]] = field(default_factory=dict)
    sums: dict[tuple[object, ...], dict[str, Any]] = field(default_factory=dict)
    replacing: dict[tuple[object, ...], dict[str, object]] = field(default_factory=dict)
    events: list[StoredEvent] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return not self.rows and not self.sides

    @property
    def size(self) -> int:
        """How many rows and events there are to write."""
        rows = sum(len(each) for each in self.rows.values()) + sum(len(each) for each in self.sides.values())
        return rows + len(self.events)

    @classmethod
    def of(cls, many: Sequence["Gathered"]) -> "Gathered":
        """What several have gathered that write no row twice."""
        whole = cls()
        for each in many:
            for table, rows in each.rows.items():
                whole.rows.setdefault(table, {}).update(rows)
            for table, side in each.sides.items():
                whole.sides.setdefault(table, []).extend(side)
            whole.events.extend(each.events)
        return whole

    def keys(self) -> set[tuple[Table, UUID]]:
        """The rows that have a version, each by its table and id."""
        return {(table, uuid) for table, rows in self.rows.items() for uuid in rows}

    def shape(self) -> Shape:
        """What the text of the flush depends on; in one order whatever was gathered first, so that they stay few."""
        inserts = tuple(table for table, rows in self.rows.items() if _of(rows, new=True))
        updates = tuple(table for table, rows in self.rows.items() if _of(rows, new=False))
        return inserts, updates, tuple(sorted(self.sides, key=lambda table: table.name)), bool(self.events)

    def put(self, table: Table, row: dict[str, object], *, read_version: int) -> None:
        """Gather a row; a row gathered before keeps the version it was first read at."""
        rows = self.rows.setdefault(table, {})
        uuid: UUID = row["uuid"]  # type: ignore[assignment]  # every aggregate's key
        known = rows.get(uuid)
        row["read_version"] = known["read_version"] if known else read_version
        rows[uuid] = row

    def side(self, table: Table, row: Mapping[str, object]) -> None:
        """Gather a row without events."""
        self.sides.setdefault(table, []).append(row)

    def add(self, table: Table, key: Mapping[str, object], amounts: Mapping[str, int]) -> None:
        """Gather amounts to be added up: one row without events for each key, with what comes together for it."""
        row = self.sums.get((table, *key.values()))
        if row is None:
            row = self.sums[table, *key.values()] = {"uuid": new_id(), **key, **dict.fromkeys(amounts, 0)}
            self.side(table, row)
        for name, amount in amounts.items():
            row[name] += amount

    def replace(self, table: Table, row: Mapping[str, object]) -> None:
        """Gather a row without events that takes the place of the one with its key: known so far, or gathered."""
        key = (table, *(row[name] for name in _key(table)))
        known = self.replacing.get(key)
        if known is None:
            known = self.replacing[key] = {}
            self.side(table, known)
        known.update(row)

    def answer(self, row: Mapping[str, object] | None) -> None:
        """Gather the answer to a request that has an id, to be given again when it is asked again."""
        if row is not None:
            self.side(requests, row)

    def audit(self, *, table: Table, row: Mapping[str, object], **entry: Any) -> None:
        """Gather the audit entry of a write; personal values stand there masked, with a keyed digest."""
        personal = {
            name: {"masked": mask(str(row[name])), "digest": digest(str(row[name]))}
            for name in _personal(table)
            if row.get(name)
        }
        self.audit_entry(details=personal, **entry)

    def audit_entry(
        self,
        *,
        resource: str,
        version: int,
        principal: Principal,
        action: str,
        request_id: str,
        now: datetime,
        details: Mapping[str, object],
    ) -> None:
        """Gather one audit entry."""
        values = (now, principal.subject, principal.on_behalf_of, action, resource, version, request_id, details)
        self.side(audit_table, dict(zip(_PRINCIPAL_COLUMNS, values, strict=True)))


async def flush(connection: AsyncConnection, gathered: Gathered) -> None:
    """Write all of it; raises LostRace when a row was not at the version it was read at.

    Without a transaction under way it is committed by itself.
    """
    inserts, updates, sides, events = gathered.shape()
    parameters: list[object] = [sum(len(rows) for rows in gathered.rows.values()), len(gathered.events)]
    parameters.extend(_json(_of(gathered.rows[table], new=True)) for table in inserts)
    parameters.extend(_json(_of(gathered.rows[table], new=False)) for table in updates)
    parameters.extend(_json(gathered.sides[table]) for table in sides)
    if events:
        parameters.extend(_event_arrays(gathered.events))
    try:
        await driver(connection).fetch(_statement(inserts, updates, sides, events), *parameters)
    except asyncpg.DivisionByZeroError as error:
        raise LostRace from error


def _of(rows: Mapping[UUID, dict[str, object]], *, new: bool) -> list[dict[str, object]]:
    return [row for row in rows.values() if (row["read_version"] == 0) is new]


def _json(rows: object) -> str:
    return orjson.dumps(rows, default=_plain, option=orjson.OPT_NON_STR_KEYS).decode()


def _plain(value: object) -> object:
    """What JSON does not know, as the text PostgreSQL reads."""
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)


def _event_arrays(events: list[StoredEvent]) -> list[list[object]]:
    return [
        [event.event_id for event in events],
        [event.aggregate_type for event in events],
        [event.aggregate_id for event in events],
        [event.version for event in events],
        [event.event_type for event in events],
        [event.subject for event in events],
        [event.payload for event in events],
        [event.trace for event in events],
        [event.occurred for event in events],
    ]


@lru_cache(maxsize=512)
def _personal(table: Table) -> tuple[str, ...]:
    """The columns that hold personal values, but for those made from others."""
    return tuple(
        column.name for column in table.columns if column.info.get("personal") and not column.info.get("derived")
    )


@lru_cache(maxsize=512)
def _key(table: Table) -> tuple[str, ...]:
    """The columns of the key: SQLAlchemy takes longer to tell them than the row takes to be gathered."""
    return tuple(column.name for column in table.primary_key)


@lru_cache(maxsize=512)
def _statement(inserts: tuple[Table, ...], updates: tuple[Table, ...], sides: tuple[Table, ...], events: bool) -> str:
    parts: list[str] = []
    written: list[str] = []
    number = 2
    for table in inserts:
        number += 1
        parts.append(f"w{number} as ({_insert(table, number)} returning uuid)")
        written.append(f"select uuid from w{number}")  # noqa: S608 - our own names
    for table in updates:
        number += 1
        parts.append(f"w{number} as ({_update(table, number)} returning t.uuid)")
        written.append(f"select uuid from w{number}")  # noqa: S608 - our own names
    parts.append("written as (" + (" union all ".join(written) or "select null::uuid where false") + ")")
    for table in sides:
        number += 1
        parts.append(f"s{number} as ({_insert(table, number)})")
    if events:
        parts.append(f"published as ({_publish(number + 1)} returning 1)")
    counted = "(select count(*) from published)" if events else "0"
    # SQL has no other way to fail on a condition than to divide by nothing.
    whole = f"(select count(*) from written) = $1::bigint and {counted} = $2::bigint"  # noqa: S608 - our own names
    return f"with {', '.join(parts)} select 1 / (case when {whole} then 1 else 0 end)"


def _columns(table: Table) -> list[tuple[str, str]]:
    return [(column.name, column.type.compile(_DIALECT)) for column in table.columns if column.identity is None]


def _record(table: Table, number: int, *, more: str = "") -> str:
    types = ", ".join(f'"{name}" {kind}' for name, kind in _columns(table))
    return f"jsonb_to_recordset(${number}::jsonb) as r({types}{more})"


def _insert(table: Table, number: int) -> str:
    names = ", ".join(f'"{name}"' for name, _ in _columns(table))
    insert = f'insert into "{table.name}" ({names}) select {names} from {_record(table, number)}'  # noqa: S608 - our own names
    return insert + _replacing(table) if table.info.get("replaced") else insert


def _replacing(table: Table) -> str:
    key = ", ".join(f'"{name}"' for name in _key(table))
    taken = ", ".join(f'"{name}" = excluded."{name}"' for name, _ in _columns(table) if name not in _key(table))
    return f" on conflict ({key}) do update set {taken}"


def _update(table: Table, number: int) -> str:
    changed = ", ".join(f'"{name}" = r."{name}"' for name, _ in _columns(table) if name != "uuid")
    record = _record(table, number, more=", read_version bigint")
    return f'update "{table.name}" t set {changed} from {record} where t.uuid = r.uuid and t.version = r.read_version'  # noqa: S608 - ours


def _publish(first: int) -> str:
    kinds = ("uuid", "text", "uuid", "bigint", "text", "text", "bytea", "text", "timestamptz")
    arrays = ", ".join(f"${first + place}::{kind}[]" for place, kind in enumerate(kinds))
    names = "event_id, aggregate_type, aggregate_id, version, event_type, subject, payload, trace, occurred"
    chosen = ", ".join(f"e.{name}" for name in names.split(", "))
    return (
        f"insert into outbox ({names}, attempts, stopped) select {chosen}, 0, false "  # noqa: S608 - our own names
        f"from unnest({arrays}) with ordinality as e({names}, place) "
        "where e.aggregate_id in (select uuid from written) order by e.place"
    )
