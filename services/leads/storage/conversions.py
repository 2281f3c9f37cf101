"""A conversion as it lies in its JSON column."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.leads.domain.conversion_record import Choices, Conversion, FollowUp, Outcome, Target
from services.leads.domain.lead_state import LeadState
from services.leads.storage.reasons import reasons_from_json, reasons_to_json


def conversion_to_json(conversion: Conversion | None) -> Mapping[str, object] | None:
    """The conversion as an object; None for none."""
    if conversion is None:
        return None
    choices = conversion.choices
    return {
        "job": str(conversion.job),
        "actor": str(conversion.actor),
        "former": conversion.former.value,
        "target": choices.target.value,
        "account": _text(choices.account),
        "expected_close_date": choices.expected_close_date.isoformat() if choices.expected_close_date else None,
        "follow_up": choices.follow_up.value,
        "time": conversion.time.isoformat(),
        "outcome": _outcome_to_json(conversion.outcome),
        "error": reasons_to_json([conversion.error] if conversion.error else []),
    }


def conversion_from_json(column: Mapping[str, Any] | None) -> Conversion | None:
    """The conversion in a column."""
    if column is None:
        return None
    closing, outcome = column["expected_close_date"], column["outcome"]
    return Conversion(
        job=UUID(column["job"]),
        actor=UUID(column["actor"]),
        former=LeadState(column["former"]),
        choices=Choices(
            target=Target(column["target"]),
            account=_uuid(column["account"]),
            expected_close_date=date.fromisoformat(closing) if closing else None,
            follow_up=FollowUp(column["follow_up"]),
        ),
        time=datetime.fromisoformat(column["time"]),
        outcome=_outcome_from_json(outcome) if outcome else None,
        error=next(iter(reasons_from_json(column["error"])), None),
    )


def _outcome_to_json(outcome: Outcome | None) -> Mapping[str, object] | None:
    if outcome is None:
        return None
    return {
        "account": str(outcome.account),
        "contact": _text(outcome.contact),
        "registration": _text(outcome.registration),
        "opportunity": _text(outcome.opportunity),
        "time": outcome.time.isoformat(),
    }


def _outcome_from_json(column: Mapping[str, Any]) -> Outcome:
    return Outcome(
        account=UUID(column["account"]),
        contact=_uuid(column["contact"]),
        registration=_uuid(column["registration"]),
        opportunity=_uuid(column["opportunity"]),
        time=datetime.fromisoformat(column["time"]),
    )


def _text(uuid: UUID | None) -> str | None:
    return str(uuid) if uuid else None


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None
