"""Rule sets (规则集): what administrators edit, every version of it kept; version 0 is what the product ships with."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid5

from kernel.events import Change

R_co = TypeVar("R_co", covariant=True)
# The identity of a set follows from its name, so that every installation names it the same.
_NAMES = UUID("6d696c6c-7261-7000-8000-000000000001")


@dataclass(frozen=True, slots=True)
class RuleKind(Generic[R_co]):
    """One kind of rules: its key, the TOML file the product ships, and how a body is read.

    `read` answers the rules as the domain knows them, or raises a refusal that names the wrong place. `uuid` is the
    identity of the set where it was given before identities followed from names. `hold` is given new rules and those
    before them, and refuses of the new ones what may only stay.
    """

    key: str
    shipped: Path
    read: Callable[[Mapping[str, object]], R_co]
    uuid: UUID | None = None
    hold: Callable[[Any, Any], None] | None = None

    def check(self, body: Mapping[str, object], *, before: Mapping[str, object]) -> None:
        """Whether the body may take the place of the one before; raises a refusal that names the wrong place."""
        told = self.read(body)
        if self.hold is not None:
            self.hold(told, self.read(before))

    def shipped_body(self) -> Mapping[str, Any]:
        """What the product ships with; numbers with a point are exact."""
        return tomllib.loads(self.shipped.read_text(encoding="utf-8"), parse_float=Decimal)


@dataclass(frozen=True, slots=True)
class RuleSetUpdated:
    """Administrators gave a rule set a new body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """The body in force for one kind of decision."""

    uuid: UUID
    kind: str
    version: int = 0
    body: Mapping[str, object]
    author: str = ""
    update_time: datetime | None = None

    def rewritten(self, *, body: Mapping[str, object], author: str, now: datetime) -> Change["RuleSet"]:
        """Put a new body in force; the old one stays readable under its version."""
        return Change(replace(self, body=body, author=author, update_time=now), (RuleSetUpdated(),))


def shipped(kind: RuleKind[object], *, collection: str) -> RuleSet:
    """The rule set the product ships with."""
    identity = kind.uuid or uuid5(_NAMES, f"{collection}/{kind.key}")
    return RuleSet(uuid=identity, kind=kind.key, body=kind.shipped_body())
