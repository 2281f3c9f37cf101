"""What the rows of a kind may say and how they are read: as much of it as a process apart must know."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as default
from typing import Any, Generic, TypeVar

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with a row or, with a field's path, with one of its cells."""

    code: str
    field: str = ""
    column: int = 0
    parameters: Mapping[str, str] = default(default_factory=dict)


class RowRefused(Exception):  # noqa: N818 - the trade's word: the row, not the program, is wrong
    """A row cannot be taken in; carries every problem found, not only the first."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class RowReading(Generic[Input]):
    """How rows become inputs: plain computing without a database, in the service or in a process apart.

    `read` turns the texts of one row, by field path, into an input or raises RowRefused. `pack` tells an input in
    what JSON knows, `unpack` has it back. All are functions of modules, or `partial` of such: they travel by name.
    """

    read: Callable[[Mapping[str, str]], Input]
    pack: Callable[[Input], object]
    unpack: Callable[[Any], Input]
