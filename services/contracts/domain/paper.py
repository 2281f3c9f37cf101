"""A paper: what is to be printed, in the order in which it is read, without a word on how it looks."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and its paragraphs."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """A table; `widths` are shares of the line, `numeric` tells which columns stand to the right."""

    heading: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    numeric: tuple[bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What stands on it; `time` is the moment it speaks of, so that the same paper is printed to the same bytes."""

    language: str
    title: str
    number: str
    author: str
    time: datetime
    facts: tuple[tuple[str, str], ...] = ()
    sections: tuple[Section, ...] = ()
    table: Lines | None = None
    totals: tuple[tuple[str, str], ...] = ()
    signers: tuple[tuple[str, ...], ...] = ()
