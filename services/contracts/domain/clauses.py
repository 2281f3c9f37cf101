"""The wording of contracts: clauses with variables, how they are filled in, and what differs from a template."""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from kernel.errors import Kind, Refusal

_VARIABLE = re.compile(r"\{\{\s*([a-z][a-z0-9_]*)\s*\}\}")
_SENTENCE = re.compile(r"[^。；;.\n]*[。；;.\n]|[^。；;.\n]+")
_WHOLE = re.compile(r".+", re.DOTALL)
# Comparing costs about as much as the product of the lengths: a quarter of a second at most.
_MOST_COMPARED = 400_000
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


def unknown_braces(clause: Clause) -> bool:
    """Whether braces stand in it that are no variable: they would be printed into the signed contract as they are."""
    rest = _VARIABLE.sub("", f"{clause.heading}\n{clause.text}")
    return "{{" in rest or "}}" in rest


def filled(clauses: Sequence[Clause], values: Mapping[str, str]) -> tuple[Clause, ...]:
    """The clauses with their variables filled in, in one pass; raises VariablesMissing."""
    missing = sorted(name for name in variables_of(clauses) if not values.get(name, "").strip())
    if missing:
        raise VariablesMissing(variables=", ".join(missing))

    def fill(text: str) -> str:
        return _VARIABLE.sub(lambda found: values[found.group(1)], text)

    return tuple(Clause(key=each.key, heading=fill(each.heading), text=fill(each.text)) for each in clauses)


def changed_headings(template: Sequence[Clause], clauses: Sequence[Clause]) -> tuple[str, ...]:
    """The headings of the clauses that were changed, added or removed; what differs in them is not looked for."""
    return tuple(clause.heading for _, old, new in _changed(template, clauses) if (clause := new or old) is not None)


def differences(template: Sequence[Clause], clauses: Sequence[Clause]) -> tuple[ClauseDifference, ...]:
    """The clauses that were changed, added or removed, word by word (for Chinese, character by character)."""
    return tuple(
        ClauseDifference(key=key, heading=clause.heading, pieces=_pieces(old, new))
        for key, old, new in _changed(template, clauses)
        if (clause := new or old) is not None
    )


def _changed(
    template: Sequence[Clause], clauses: Sequence[Clause]
) -> Iterator[tuple[str, Clause | None, Clause | None]]:
    before, after = {each.key: each for each in template}, {each.key: each for each in clauses}
    for key in (*after, *(key for key in before if key not in after)):
        if _wording(before.get(key)) != _wording(after.get(key)):
            yield key, before.get(key), after.get(key)


def _wording(clause: Clause | None) -> str:
    return f"{clause.heading}\n{clause.text}" if clause else ""


def _pieces(before: Clause | None, after: Clause | None) -> tuple[Piece, ...]:
    """What differs by words; by sentences where that would take seconds; as a whole where even that would."""
    for cut in (_WORD, _SENTENCE, _WHOLE):
        old, new = cut.findall(_wording(before)), cut.findall(_wording(after))
        if len(old) * len(new) <= _MOST_COMPARED:
            break
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
