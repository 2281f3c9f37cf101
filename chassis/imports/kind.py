"""What an object must tell so that files of it can be imported."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as default
from enum import IntEnum
from typing import Any, Generic, TypeVar
from uuid import UUID

from chassis.work import UnitOfWork

Input = TypeVar("Input")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportField:
    """A field that a column may fill, with the headings people give it.

    `headings` are Chinese and English, the first one of each language is what we write ourselves. `exact` says
    that every digit counts, as in a phone number, so that 1.38E+10 is refused. A cell of more than `longest`
    characters is wrong before anything is computed from it: what is computed may cost more than it is worth.
    """

    path: str
    chinese: tuple[str, ...]
    english: tuple[str, ...]
    exact: bool = False
    longest: int = 200

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading that means this field, its own path included."""
        return (self.path, *self.chinese, *self.english)


class Outcome(IntEnum):
    """What became of a row."""

    CREATED = 1
    TOUCHED = 2
    IN_REVIEW = 3
    SKIPPED = 4
    REFUSED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with a row or, with a field's path, with one of its cells."""

    code: str
    field: str = ""
    column: int = 0
    parameters: Mapping[str, str] = default(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """What became of a row, with the record it became and what speaks against it."""

    outcome: Outcome
    record: UUID | None = None
    problems: tuple[Problem, ...] = ()


class RowRefused(Exception):  # noqa: N818 - the trade's word: the row, not the program, is wrong
    """A row cannot be taken in; carries every problem found, not only the first."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems


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

    `read_row` turns the texts of one row, by field path, into an input or raises RowRefused. `take_rows` takes
    a batch of inputs in, as a set, and gives one result for each in the same order; it refuses a row by its
    result and never by raising. With `order.dry_run` it decides and writes nothing.
    """

    record: str
    collection: str
    permission: str
    fields: Sequence[ImportField]
    read_row: Callable[[Mapping[str, str]], Input]
    take_rows: Callable[[UnitOfWork, Sequence[Input], ImportOrder], Awaitable[Sequence[RowResult]]]
    allows_custom: bool = False
    longest_custom: int = 1000
    batch_size: int = 500
    metadata: Mapping[str, Any] = default(default_factory=dict)
