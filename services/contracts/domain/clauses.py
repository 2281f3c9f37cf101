"""The wording of contracts: clauses with variables, how they are filled in, and what differs from a template."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from kernel.errors import Kind, Refusal

_VARIABLE = re.compile(r"\{\{\s*([a-z][a-z0-9_]*)\s*\}\}")
_WORD = re.compile(r"[A-Za-z0-9_.,%]+|\s+|.", re.DOTALL)


@dataclass(eq=False, kw_only=True)
class VariablesMissing(Refusal):
    """The clauses name variables that nobody has filled in."""

    kind = Kind.RULE_VIOLATION
    reason = "CONTRACT_VARIABLES_MISSING"

    variables: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One clause (条款): a key that stays when the wording changes, a heading, and a text with {{variables}}."""

    key: str
    heading: str
    text: str


class Kept(Enum):
    """What became of a piece of a template's text."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of text that was kept, added or removed."""

    kept: Kept
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseDifference:
    """One clause that is not as the template has it."""

    key: str
    heading: str
    pieces: tuple[Piece, ...]


def variables_of(clauses: Sequence[Clause]) -> frozenset[str]:
    """The names of the variables the clauses use."""
    return frozenset(
        name for clause in clauses for text in (clause.heading, clause.text) for name in _VARIABLE.findall(text)
    )


def filled(clauses: Sequence[Clause], values: Mapping[str, str]) -> tuple[Clause, ...]:
    """The clauses with their variables filled in, in one pass; raises VariablesMissing."""
    missing = sorted(name for name in variables_of(clauses) if not values.get(name, "").strip())
    if missing:
        raise VariablesMissing(variables=", ".join(missing))

    def fill(text: str) -> str:
        return _VARIABLE.sub(lambda found: values[found.group(1)], text)

    return tuple(Clause(key=each.key, heading=fill(each.heading), text=fill(each.text)) for each in clauses)


def differences(template: Sequence[Clause], clauses: Sequence[Clause]) -> tuple[ClauseDifference, ...]:
    """The clauses that were changed, added or removed, word by word (for Chinese, character by character)."""
    before, after = {each.key: each for each in template}, {each.key: each for each in clauses}
    keys = [*after, *(key for key in before if key not in after)]
    return tuple(
        ClauseDifference(
            key=key, heading=(after.get(key) or before[key]).heading, pieces=_pieces(before.get(key), after.get(key))
        )
        for key in keys
        if _wording(before.get(key)) != _wording(after.get(key))
    )


def _wording(clause: Clause | None) -> str:
    return f"{clause.heading}\n{clause.text}" if clause else ""


def _pieces(before: Clause | None, after: Clause | None) -> tuple[Piece, ...]:
    old, new = _WORD.findall(_wording(before)), _WORD.findall(_wording(after))
    pieces: list[Piece] = []
    for what, first, last, start, end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            pieces.append(Piece(kept=Kept.SAME, text="".join(old[first:last])))
            continue
        pieces += [
            Piece(kept=kept, text="".join(words))
            for kept, words in ((Kept.REMOVED, old[first:last]), (Kept.ADDED, new[start:end]))
            if words
        ]
    return tuple(pieces)
