"""The version gate: each aggregate's events are applied once and in order, whatever is delivered again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from chassis.consumer.event import Event


@dataclass(frozen=True, slots=True)
class Gap:
    """Versions of an aggregate are missing before the one delivered."""

    aggregate: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Passed:
    """What the gate makes of a set: what to apply, the versions after it, what is missing, what is parked."""

    apply: tuple[Event, ...]
    versions: Mapping[str, int]
    gaps: tuple[Gap, ...]
    parked: tuple[Event, ...]


def pass_gate(events: Sequence[Event], *, applied: Mapping[str, int], parked: Iterable[str]) -> Passed:
    """The next version is applied, an older one skipped, a later one is a gap to be filled first."""
    standing = dict(applied)
    versions: dict[str, int] = {}
    stopped = frozenset(parked)
    passed: list[Event] = []
    gaps: dict[str, Gap] = {}
    held: list[Event] = []
    for event in events:
        if event.aggregate in stopped:
            held.append(event)
            continue
        expected = standing.get(event.aggregate, 0) + 1
        if event.version < expected or event.aggregate in gaps:
            continue
        if event.version > expected:
            gaps[event.aggregate] = Gap(event.aggregate, expected, event.version - 1)
            continue
        standing[event.aggregate] = versions[event.aggregate] = event.version
        passed.append(event)
    return Passed(tuple(passed), versions, tuple(gaps.values()), tuple(held))
