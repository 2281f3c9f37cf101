"""The rules in force, in memory, renewed when they changed."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from chassis.rule_sets.rule_set import RuleKind
from chassis.rule_sets.storage import RuleSets, stored_rule_sets, stored_stamp
from chassis.work import Read

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class InForce(Generic[R]):
    """Rules with the version a decision by them names."""

    version: int
    rules: R


class Rulebook:
    """Answers the rules in force from memory; asks the tables once per `max_age` seconds whether they changed."""

    def __init__(self, rule_sets: RuleSets, *, max_age: float = 1.0) -> None:
        self._rule_sets = rule_sets
        self._max_age = max_age
        self._known: Mapping[str, InForce[Any]] = {}
        self._stamp = -1
        self._checked = 0.0

    async def current(self, read: Read, kind: RuleKind[R]) -> InForce[R]:
        """The rules of a kind as they were at most a moment ago."""
        time = asyncio.get_running_loop().time()
        if not self._known or time - self._checked > self._max_age:
            # Set before looking: whoever comes meanwhile goes on with the rules at hand.
            self._checked = time
            await self._look(read)
        known: InForce[R] = self._known[kind.key]
        return known

    async def _look(self, read: Read) -> None:
        stamp = await stored_stamp(read, self._rule_sets)
        if self._known and stamp == self._stamp:
            return
        stored = await stored_rule_sets(read, self._rule_sets)
        self._known = {
            kind.key: InForce(stored[kind.key].version, kind.read(stored[kind.key].body))
            for kind in self._rule_sets.kinds
        }
        self._stamp = stamp
