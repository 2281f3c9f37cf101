"""What an object must tell so that files of it can be imported."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as default
from enum import IntEnum
from typing import Any, Generic
from uuid import UUID

from chassis.imports.mapping import Columns
from chassis.imports.row_reading import ImportField, Input, Problem, RowReading
from chassis.imports.rows import RowReader
from chassis.work import Read, UnitOfWork


class Outcome(IntEnum):
    """What became of a row."""

    CREATED = 1
    TOUCHED = 2
    IN_REVIEW = 3
    SKIPPED = 4
    REFUSED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """What became of a row, with the record it became and what speaks against it.

    A row that was taken in may have problems as well: what had to be mended in it. What the kind keeps of its effect is
    its `trace`.
    """

    outcome: Outcome
    record: UUID | None = None
    problems: tuple[Problem, ...] = ()
    trace: object | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOrder:
    """How the rows are to be taken in, as the one who started the import chose.

    `options` are the kind's own choices, for leads the channel and campaign of rows that name none.
    """

    dry_run: bool = False
    skip_known: bool = False
    options: Mapping[str, str] = default(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ImportKind(Generic[Input]):
    """One kind of object that files bring in.

    `reading` says what a row holds; `prepare`, where there is one, gives a reading that works more out beforehand, by
    the rules now in force. `take_rows` takes a batch of inputs in, as a set, and gives one result for each in the same
    order; it refuses a row by its result and never by raising. With `order.dry_run` it decides and writes nothing.
    `keep_trace`, where there is one, gathers what a line of an import left behind, so that it can be undone.
    """

    record: str
    collection: str
    permission: str
    fields: Sequence[ImportField]
    reading: RowReading[Input]
    take_rows: Callable[[UnitOfWork, Sequence[Input], ImportOrder], Awaitable[Sequence[RowResult]]]
    prepare: Callable[[Read], Awaitable[RowReading[Input]]] | None = None
    keep_trace: Callable[[UnitOfWork, UUID, int, RowResult], None] | None = None
    allows_custom: bool = False
    longest_custom: int = 1000
    batch_size: int = 500
    metadata: Mapping[str, Any] = default(default_factory=dict)

    async def present_reading(self, read: Read) -> RowReading[Input]:
        """How rows are read by the rules now in force."""
        return await self.prepare(read) if self.prepare else self.reading

    def reader(self, columns: Columns, reading: RowReading[Input] | None = None) -> RowReader[Input]:
        """Who reads rows of these columns, as the kind says or by a reading that prepares more."""
        return RowReader(self.fields, columns, reading or self.reading, longest_custom=self.longest_custom)
