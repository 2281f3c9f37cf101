"""The filter language: a part of AIP-160 that covers comparisons, AND, OR, NOT and parentheses.

    grade = GRADE_A AND (create_time >= "2026-01-01T00:00:00Z" OR NOT owner:*)

As AIP-160 has it, OR binds tighter than AND, and `:` asks whether a field has a value.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from chassis.listing.refusals import FilterInvalid

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(?P<sign><=|>=|!=|[=<>:()])|(?P<word>[^\s"'=<>!:()]+))"""
)
_CAPITAL = re.compile(r"(?<=[a-z0-9])[A-Z]")
_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">=", ":"})
_MOST_TERMS = 40
_MOST_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands that need not be known beforehand: conditions that differ in it alone are of one shape."""

    name: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """One condition on one field."""

    field: str
    sign: str
    value: str | Place


@dataclass(frozen=True, slots=True)
class Negation:
    """The opposite of a condition."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class Junction:
    """Conditions of which all (`AND`) or one (`OR`) must hold."""

    word: str
    parts: tuple["Condition", ...]


Condition = Comparison | Negation | Junction


@lru_cache(maxsize=1024)
def parse_filter(text: str) -> Condition | None:
    """The condition a filter states, None for an empty one; raises FilterInvalid."""
    tokens = _tokens(text)
    if not tokens:
        return None
    parser = _Parser(tokens)
    condition = parser.conjunction(depth=0)
    if parser.rest:
        raise FilterInvalid(near=parser.rest[0][1])
    return condition


def fields_named(condition: Condition) -> frozenset[str]:
    """Every field a condition speaks of."""
    if isinstance(condition, Comparison):
        return frozenset({condition.field})
    parts = (condition.part,) if isinstance(condition, Negation) else condition.parts
    return frozenset().union(*(fields_named(part) for part in parts))


def contract_name(name: str) -> str:
    """A field as the contract names it, also where it is written as in JSON: `createTime` is `create_time`."""
    return _CAPITAL.sub(lambda found: f"_{found[0].lower()}", name)


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    place, text = 0, text.rstrip()
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None or len(tokens) > _MOST_TERMS * 6:
            raise FilterInvalid(near=text[place : place + 20])
        kind = found.lastgroup or ""
        tokens.append((kind, found[kind]))
        place = found.end()
    return tokens


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: Sequence[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._place = 0

    @property
    def rest(self) -> Sequence[tuple[str, str]]:
        return self._tokens[self._place :]

    def conjunction(self, *, depth: int) -> Condition:
        return self._joined("AND", lambda: self._joined("OR", lambda: self._term(depth)))

    def _joined(self, word: str, part: Callable[[], Condition]) -> Condition:
        parts = [part()]
        while self._take("word", word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else Junction(word, tuple(parts))

    def _term(self, depth: int) -> Condition:
        if depth > _MOST_DEPTH:
            raise FilterInvalid(near="(")
        if self._take("word", "NOT"):
            return Negation(self._term(depth + 1))
        if self._take("sign", "("):
            inner = self.conjunction(depth=depth + 1)
            if not self._take("sign", ")"):
                raise FilterInvalid(near=self._near())
            return inner
        return self._comparison()

    def _comparison(self) -> Comparison:
        _, field = self._next("word")
        _, sign = self._next("sign")
        if sign not in _COMPARISONS:
            raise FilterInvalid(near=sign)
        kind, value = self._next("word", "text")
        return Comparison(contract_name(field), sign, _unquoted(value) if kind == "text" else value)

    def _take(self, kind: str, value: str) -> bool:
        if self.rest and self.rest[0] == (kind, value):
            self._place += 1
            return True
        return False

    def _next(self, *kinds: str) -> tuple[str, str]:
        if not self.rest or self.rest[0][0] not in kinds:
            raise FilterInvalid(near=self._near())
        self._place += 1
        return self._tokens[self._place - 1]

    def _near(self) -> str:
        return self.rest[0][1] if self.rest else self._tokens[-1][1]


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1])
