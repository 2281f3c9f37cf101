"""An import (导入) from the upload to its last row: where it may stand, and what may come next."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from uuid import UUID

from chassis.imports.kind import ImportOrder
from chassis.imports.mapping import Columns
from chassis.imports.refusals import ImportCannotMove
from chassis.imports.shape import Shape
from kernel.events import Change


class ImportState(Enum):
    """Where an import stands."""

    UPLOADED = "uploaded"
    PREVIEWED = "previewed"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"


# A dry run ends where it began, so that the real one can follow.
NEXT_STATES: Mapping[ImportState, frozenset[ImportState]] = {
    ImportState.UPLOADED: frozenset({ImportState.PREVIEWED, ImportState.RUNNING, ImportState.CANCELLED}),
    ImportState.PREVIEWED: frozenset({ImportState.RUNNING, ImportState.CANCELLED}),
    ImportState.RUNNING: frozenset(
        {ImportState.FINISHED, ImportState.FAILED, ImportState.CANCELLED, ImportState.PREVIEWED}
    ),
    ImportState.FINISHED: frozenset(),
    ImportState.FAILED: frozenset(),
    ImportState.CANCELLED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class ImportUploaded:
    """A file came in."""


@dataclass(frozen=True, slots=True)
class ImportPreviewed:
    """Somebody looked at the first rows, or a dry run tried all of them."""


@dataclass(frozen=True, slots=True)
class ImportStarted:
    """The rows begin to be taken in."""


@dataclass(frozen=True, slots=True)
class ImportFinished:
    """Every row is done."""


@dataclass(frozen=True, slots=True)
class ImportFailed:
    """The import cannot go on."""


@dataclass(frozen=True, slots=True)
class ImportCancelled:
    """Somebody stopped it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """On whose account rows are taken in: the starter with the roles and permissions he had.

    They count for API clients and services only: what a member may do is what the directory says now.
    """

    subject: str
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why an import cannot go on, as code and parameters."""

    code: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an import is: the last line done, and the rows done by outcome."""

    after_line: int = 0
    created: int = 0
    touched: int = 0
    in_review: int = 0
    skipped: int = 0
    refused: int = 0

    @property
    def done(self) -> int:
        """How many rows are done."""
        return self.created + self.touched + self.in_review + self.skipped + self.refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One file and its way in. `owner`, `team` and `region` are the uploader's at the upload, for the scope.

    `progress` is kept apart from the row, because it moves without an event; it is only read with it.
    """

    uuid: UUID
    version: int = 0
    kind: str
    state: ImportState = ImportState.UPLOADED
    file_name: str
    file_size: int
    shape: Shape
    creator: str
    owner: UUID | None
    team: UUID | None
    region: UUID | None
    create_time: datetime
    columns: Columns = field(default_factory=dict)
    order: ImportOrder = field(default_factory=ImportOrder)
    account: Account | None = None
    failure: Failure | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    progress: Progress = field(default_factory=Progress)

    def uploaded(self) -> "Change[Import]":
        """The beginning of every import."""
        return Change(self, (ImportUploaded(),))

    def preview(self) -> "Change[Import]":
        """Somebody has looked at the first rows."""
        return _moved(self, ImportState.PREVIEWED, ImportPreviewed())

    def start(self, *, columns: Columns, order: ImportOrder, account: Account, now: datetime) -> "Change[Import]":
        """The rows begin to be taken in, from the first."""
        started = replace(
            self, columns=columns, order=order, account=account, start_time=now, end_time=None, progress=Progress()
        )
        return _moved(started, ImportState.RUNNING, ImportStarted())

    def finish(self, *, now: datetime) -> "Change[Import]":
        """The last row is done; after a dry run the import waits for its real start."""
        ended = replace(self, end_time=now)
        if self.order.dry_run:
            return _moved(ended, ImportState.PREVIEWED, ImportPreviewed())
        return _moved(ended, ImportState.FINISHED, ImportFinished())

    def fail(self, *, failure: Failure, now: datetime) -> "Change[Import]":
        """The import cannot go on; rows already done stay."""
        return _moved(replace(self, failure=failure, end_time=now), ImportState.FAILED, ImportFailed())

    def cancel(self, *, now: datetime) -> "Change[Import]":
        """Somebody stops the import; rows already done stay."""
        return _moved(replace(self, end_time=now), ImportState.CANCELLED, ImportCancelled())


def _moved(record: Import, wanted: ImportState, event: object) -> Change[Import]:
    if wanted not in NEXT_STATES[record.state]:
        raise ImportCannotMove(state=record.state.value, wanted=wanted.value)
    return Change(replace(record, state=wanted), (event,))
