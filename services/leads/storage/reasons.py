"""Reasons as they lie in JSON columns: code and parameters, never a text."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.leads.domain.resemblance import Band, Resemblance
from trade.reasons import Reason


def reasons_to_json(reasons: Sequence[Reason]) -> list[list[object]]:
    """The reasons as pairs of code and parameters."""
    return [[reason.code, dict(reason.parameters)] for reason in reasons]


def reasons_from_json(pairs: Sequence[Sequence[Any]]) -> tuple[Reason, ...]:
    """The reasons in a column."""
    return tuple(Reason(code, parameters) for code, parameters in pairs)


def resemblances_to_json(resemblances: Sequence[Resemblance]) -> list[Mapping[str, object]]:
    """What a lead resembles, as objects."""
    return [
        {"lead": hint.lead, "score": hint.score, "band": hint.band.value, "reasons": reasons_to_json(hint.reasons)}
        for hint in resemblances
    ]


def resemblances_from_json(rows: Sequence[Mapping[str, Any]]) -> tuple[Resemblance, ...]:
    """What a lead resembles, from its column."""
    return tuple(
        Resemblance(
            lead=UUID(row["lead"]),
            score=row["score"],
            band=Band(row["band"]),
            reasons=reasons_from_json(row["reasons"]),
        )
        for row in rows
    )
