"""A qualification as it lies in its JSON column."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from services.leads.domain.qualification_record import ChecklistAnswer, Qualification, Verdict


def qualification_to_json(record: Qualification | None) -> Mapping[str, object] | None:
    """The record as an object; None for none."""
    if record is None:
        return None
    return {
        "answers": [_dated(asdict(answer)) for answer in record.answers],
        "verdict": _dated(asdict(record.verdict)) if record.verdict else None,
    }


def qualification_from_json(column: Mapping[str, Any] | None) -> Qualification | None:
    """The record in a column."""
    if column is None:
        return None
    verdict = column["verdict"]
    return Qualification(
        answers=tuple(ChecklistAnswer(**_read(answer)) for answer in column["answers"]),
        verdict=Verdict(**_read(verdict)) if verdict else None,
    )


def _dated(told: dict[str, Any]) -> dict[str, Any]:
    return {**told, "time": told["time"].isoformat()}


def _read(told: Mapping[str, Any]) -> dict[str, Any]:
    return {**told, "time": datetime.fromisoformat(told["time"])}
