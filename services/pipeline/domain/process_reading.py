"""A sales process from plain data: the file the product ships, and the column it is stored in."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from services.pipeline.domain.sales_process import Ask, Requirement, SalesProcess, Stage, StageKind
from trade.industries import industry_codes

# The identity of a shipped process follows from its key, so that every installation names it the same.
_NAMES = UUID("6d696c6c-7261-7000-8000-000000000002")


def shipped_process(told: Mapping[str, Any]) -> SalesProcess:
    """One `[[process]]` of the shipped file."""
    return SalesProcess(
        uuid=uuid5(_NAMES, told["key"]),
        name_zh=told["name_zh"],
        name_en=told["name_en"],
        stages=tuple(stage_of(each) for each in told["stages"]),
        industries=frozenset(industry_codes(told.get("industries", ()))),
        is_default=told.get("is_default", False),
    )


def stage_of(told: Mapping[str, Any]) -> Stage:
    """A stage from its plain form."""
    gate: Mapping[str, list[str]] = told.get("gate", {})
    return Stage(
        key=told["key"],
        name_zh=told["name_zh"],
        name_en=told["name_en"],
        kind=StageKind(told["kind"]),
        probability=told["probability"],
        guidance_zh=told.get("guidance_zh", ""),
        guidance_en=told.get("guidance_en", ""),
        expected_days=told.get("expected_days"),
        moves=frozenset(told.get("moves", ())),
        gate=asked(evidence=gate.get("evidence", ()), fields=gate.get("fields", ()), linked=gate.get("linked", ())),
    )


def stage_to_plain(stage: Stage) -> dict[str, object]:
    """The plain form of a stage."""
    gate: dict[str, list[str]] = {}
    for each in stage.gate:
        gate.setdefault(_LISTS[each.ask], []).append(each.key)
    return {
        "key": stage.key,
        "name_zh": stage.name_zh,
        "name_en": stage.name_en,
        "kind": stage.kind.value,
        "probability": stage.probability,
        "guidance_zh": stage.guidance_zh,
        "guidance_en": stage.guidance_en,
        "expected_days": stage.expected_days,
        "moves": sorted(stage.moves),
        "gate": gate,
    }


def asked(**lists: Any) -> tuple[Requirement, ...]:
    """The requirements of a gate from its lists `evidence`, `fields`, `linked`, in the order people read them."""
    return tuple(Requirement(ask, key) for ask, name in _LISTS.items() for key in lists.get(name, ()))


_LISTS: Mapping[Ask, str] = {Ask.EVIDENCE: "evidence", Ask.FIELD: "fields", Ask.LINKED: "linked"}
