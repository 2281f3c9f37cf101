"""Every kind of rule set of every service, with a body that fills all its levels, and bodies that are wrong."""

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson

from chassis.texts import Texts
from services.contracts.__main__ import DEFINITION as CONTRACTS_DEFINITION
from services.contracts.application.rule_kinds import RULE_SETS as CONTRACTS
from services.leads.__main__ import DEFINITION as LEADS_DEFINITION
from services.leads.application.rule_kinds import DUPLICATES
from services.leads.application.rule_kinds import RULE_SETS as LEADS
from services.pipeline.__main__ import DEFINITION as PIPELINE_DEFINITION
from services.pipeline.application.rule_kinds import RULE_SETS as PIPELINE
from trade.duplicates import CustomField, DuplicateRules

Path = tuple[str | int, ...]
_NOWHERE = object()
_VALUES: tuple[object, ...] = (
    None,
    "",
    "x",
    "X Y",
    True,
    -1.5,
    0.1,
    1,
    99,
    10**12,
    float("nan"),
    float("inf"),
    [],
    [1],
    [{}],
    {},
    {"x": "y"},
)
_CONDITIONS = (
    "",
    "budget_knwon",
    "budget_known &&",
    "budget_known && foo(1)",
    "urgency == 3",
    "3 in tags",
    'tags["a"] == "b"',
    "budget_known.sum",
    "has(custom)",
    "employee_count + 1",
    "budget_min > 100000",
    "99999999999999999999 > 1",
    "预算 == 1",
    "'open",
    f"{'(' * 300}true{')' * 300}",
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: its name, the words of its service, a right body, and how one that takes its place is read."""

    name: str
    texts: Texts
    body: Mapping[str, Any]
    read: Callable[[Mapping[str, object]], object]


def _kinds() -> Iterator[Kind]:
    served = ((PIPELINE_DEFINITION, PIPELINE), (CONTRACTS_DEFINITION, CONTRACTS), (LEADS_DEFINITION, LEADS))
    for definition, rule_sets in served:
        for kind in rule_sets.kinds:
            body = _DUPLICATES if kind is DUPLICATES else _plain(kind.shipped_body())
            read = partial(kind.check, before=kind.shipped_body())
            yield Kind(f"{rule_sets.collection}/{kind.key}", Texts(definition.messages), body, read)


def _plain(body: Mapping[str, Any]) -> Mapping[str, Any]:
    told: Mapping[str, Any] = orjson.loads(orjson.dumps(dict(body), default=str))
    return told


# The product ships with next to nothing of them: each number keeps its default.
_DUPLICATES = _plain(DuplicateRules(custom_fields=(CustomField(name="vat"),)).to_mapping())
KINDS = tuple(_kinds())


def sections(body: Any, at: Path = ()) -> Iterator[Path]:
    """Where a section stands, the whole first."""
    if isinstance(body, dict):
        yield at
    for key, value in _within(body):
        yield from sections(value, (*at, key))


def changed(body: Mapping[str, Any], path: Path, value: object) -> dict[str, Any]:
    """The body with another value at a place, or without the place."""
    whole: Any = copy.deepcopy(dict(body))
    inner = whole
    for key in path[:-1]:
        inner = inner[key]
    if value is _NOWHERE:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return dict(whole)


def bodies_gone_wrong(kind: Kind) -> Iterator[dict[str, Any]]:
    """The body with every place in turn away, twice, or something else; most of these are wrong."""
    for path, value in _places(kind.body):
        yield changed(kind.body, path, _NOWHERE)
        for other in (*_VALUES, *(_CONDITIONS if path[-1] == "condition" else ())):
            yield changed(kind.body, path, other)
        if isinstance(value, list):
            yield changed(kind.body, path, [*value, *value])
            for mixed in _mixed(value):
                yield changed(kind.body, path, mixed)
    for path in sections(kind.body):
        for key in ("otherwize", "Otherwise !"):
            yield changed(kind.body, (*path, key), "B")


def _mixed(items: list[Any]) -> Iterator[list[Any]]:
    """The list with a section that has, beside its own, what another one has."""
    sections = [item for item in items if isinstance(item, dict)]
    for place, item in enumerate(sections):
        yield from ([*items[:place], {**other, **item}, *items[place + 1 :]] for other in sections if other is not item)


def _places(body: Any, at: Path = ()) -> Iterator[tuple[Path, Any]]:
    for key, value in _within(body):
        yield (*at, key), value
        yield from _places(value, (*at, key))


def _within(body: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(body, dict):
        yield from body.items()
    elif isinstance(body, list):
        yield from enumerate(body)
