"""What a use case is given: a connection, the time, the caller, and a place to put what it decided."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from google.protobuf.message import Message
from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.ids import new_id
from chassis.marks import Mark
from chassis.prepared import Prepared, Row
from chassis.principal import Principal
from chassis.publication import Publication, Publications
from chassis.wire import put_instant
from chassis.work.flush import Gathered, StoredEvent, flush
from kernel.events import Aggregate, Change

A = TypeVar("A", bound=Aggregate)


@dataclass(frozen=True, slots=True)
class Record(Generic[A]):
    """How an aggregate lies in its table: `row` gives every column but `version`."""

    kind: str
    collection: str
    table: Table
    row: Callable[[A], Mapping[str, object]]

    def name(self, uuid: UUID) -> str:
        """The resource name of the aggregate, `collection/{uuid}`."""
        return f"{self.collection}/{uuid}"


@dataclass(slots=True)
class Read:
    """What a query is given."""

    connection: AsyncConnection
    now: datetime
    principal: Principal

    async def rows(self, prepared: Prepared, **values: object) -> list[Row]:
        """What a prepared statement finds; its parameter `now`, if it has one, is the time of the call."""
        return await prepared.rows(self.connection, **{"now": self.now, **values})


class UnitOfWork(Read):
    """One transaction. Saving gathers; the flush writes rows, events and audit in one statement."""

    def __init__(
        self,
        *,
        connection: AsyncConnection,
        now: datetime,
        principal: Principal,
        publications: Publications,
        action: str,
        request_id: str = "",
        trace: str = "",
        gathered: Gathered | None = None,
    ) -> None:
        """Made by the store only; `action` is the method, job or consumer on whose account it runs.

        Units that are written together share what they have `gathered`.
        """
        super().__init__(connection, now, principal)
        self._publications = publications
        self._action = action
        self._request_id = request_id
        self._trace = trace
        self._gathered = gathered if gathered is not None else Gathered()
        self.wrote_events = False
        self.written: list[Mark] = []

    def new_id(self) -> UUID:
        """A new identity."""
        return new_id()

    def save(self, record: Record[A], change: Change[A]) -> A:
        """Gather an aggregate's row and the events of its change; answers the aggregate at its new version.

        The version counts the events. Raises ValueError for a change without an event: there is no such thing.
        """
        if not change.events:
            raise ValueError(f"a change of {record.kind} without an event")
        before = change.aggregate
        after = replace(before, version=before.version + len(change.events))  # type: ignore[type-var]  # aggregates are dataclasses
        row = {**record.row(after), "version": after.version}
        self._gathered.put(record.table, row, read_version=before.version)
        name = record.name(before.uuid)
        states: dict[Callable[[Any], Any], Any] = {}
        for place, event in enumerate(change.events, start=1):
            self._gathered.events.append(self._stored(record, after, name, event, before.version + place, states))
        self.written.append(Mark(self._gathered.events[-1].noun, name.rpartition("/")[2], after.version))
        self._gathered.audit(
            table=record.table,
            row=row,
            resource=name,
            version=after.version,
            principal=self.principal,
            action=self._action,
            request_id=self._request_id,
            now=self.now,
        )
        return after

    def insert(self, table: Table, row: Mapping[str, object]) -> None:
        """Gather a side row that has no event of its own: a ledger entry, a raw touch, a rule's version."""
        self._gathered.side(table, row)

    def put(self, table: Table, row: Mapping[str, object]) -> None:
        """Gather a side row that takes the place of the one with its key; the table says of itself that it is so kept.

        Nothing but the record it belongs to keeps two writers apart: put it together with a save of that record.
        """
        self._gathered.replace(table, row)

    def add(self, table: Table, key: Mapping[str, object], amounts: Mapping[str, int]) -> None:
        """Gather amounts for a table whose rows are added up: what comes for one key at once is one row (`uuid`)."""
        self._gathered.add(table, key, amounts)

    def enqueue(self, kind: str, payload: Mapping[str, object], *, due: datetime | None = None) -> UUID:
        """Gather a job, to be carried out after the commit; its id is the receiver's request id."""
        from chassis.tables import jobs  # noqa: PLC0415 - keeps the import graph of the unit small

        job_id = new_id()
        row = {"id": job_id, "kind": kind, "payload": dict(payload), "due": due or self.now, "attempts": 0}
        self._gathered.side(jobs, {**row, "state": "waiting", "last_error": None, "leased_until": None})
        return job_id

    def note(self, *, action: str, resource: str, details: Mapping[str, object]) -> None:
        """Gather an audit entry that no change of an aggregate makes by itself: a refusal, a revealed value."""
        self._gathered.audit_entry(
            resource=resource,
            version=0,
            principal=self.principal,
            action=action,
            request_id=self._request_id,
            now=self.now,
            details=details,
        )

    async def flush(self) -> None:
        """Write everything gathered so far, where a later read of the use case must see it.

        Raises LostRace when a row changed since it was read.
        """
        await self.begin()
        await self.finish()

    async def begin(self) -> None:
        """Begin the transaction in earnest; until then reads stand alone, and the last flush is one by itself."""
        if not self.connection.in_transaction():
            await self.connection.exec_driver_sql("select 1")

    def answer(self, request: Mapping[str, Any] | None) -> None:
        """The store's: gather the answer to a request that has an id."""
        self._gathered.answer(request)

    def taken(self) -> Gathered:
        """The store's: what is gathered and not written yet, for whoever writes it."""
        gathered, self._gathered = self._gathered, Gathered()
        self.wrote_events = self.wrote_events or bool(gathered.events)
        return gathered

    async def finish(self) -> None:
        """The store's: write what is gathered, here and now."""
        gathered = self.taken()
        if not gathered.empty:
            await flush(self.connection, gathered)

    def _stored(
        self,
        record: Record[Any],
        after: Any,
        name: str,
        event: object,
        version: int,
        states: dict[Callable[[Any], Any], Any],
    ) -> StoredEvent:
        publication = self._publications[type(event)]
        told = after
        if publication.state is not None:
            if publication.state not in states:
                states[publication.state] = publication.state(after)
            told = states[publication.state]
        message = publication.message(event, told)
        event_id = new_id()
        head: Any = message.head  # type: ignore[attr-defined]  # field 1 of every event, by convention of the contracts
        head.id = str(event_id)
        put_instant(head.time, self.now)
        head.aggregate = name
        head.version = version
        head.actor = self.principal.subject
        return StoredEvent(
            event_id=event_id,
            aggregate_type=record.kind,
            aggregate_id=after.uuid,
            version=version,
            event_type=message.DESCRIPTOR.full_name,
            subject=_subject(message, publication),
            payload=message.SerializeToString(),
            trace=self._trace,
            occurred=self.now,
        )


def _subject(message: Message, publication: Publication) -> str:
    """`millrace.leads.v1` + `lead.created`: the contract names the producer, unless several share it."""
    return f"{publication.package or message.DESCRIPTOR.file.package}.{publication.subject}"
