"""Recycling clocks as they lie beside their leads."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from services.leads.domain.lead import Lead
from services.leads.domain.recycling import LeadFallBack, RecycleClock, RecycleRule, extension_of, marks_of
from services.leads.domain.recycling_leads import running_spell
from trade.pools.clock import Clock, FallBack, Mark, Rest


def recycling_to_row(lead: Lead) -> Mapping[str, object]:
    """The columns of a lead's pool and clock: what comes next follows from the whole lead, on every path."""
    running = running_spell(lead)
    coming = running.next_step if running else None
    return {
        "pool": lead.pool,
        "recycling": recycling_to_json(lead.recycling),
        "recycle_due": running.falls.due if running and running.falls else None,
        "recycle_next": coming[1] if coming else None,
    }


def pool_of(row: Mapping[str, Any] | RowMapping) -> UUID | None:
    """The pool of a row: of nobody's leads alone, for a process of the release before leaves it where it gives one."""
    found: UUID | None = row["pool"]
    return found if row["owner"] is None else None


def recycling_to_json(clock: RecycleClock | None) -> Mapping[str, object] | None:
    """The clock as an object; None for none."""
    if clock is None:
        return None
    falls, extended = clock.falls, extension_of(clock)
    return {
        "owner": clock.owner,
        "start": clock.start,
        "grade": clock.kind,
        "rules": clock.rules,
        "falls": [falls.rule.value, falls.days, falls.since, falls.due, falls.warn] if falls else None,
        "extended": [extended.source, extended.time] if extended else None,
        "rests": [[rest.begin, rest.end] for rest in clock.rests],
        "warned_of": clock.warned_of,
    }


def recycling_from_json(column: Mapping[str, Any] | None) -> RecycleClock | None:
    """The clock in a column."""
    if column is None:
        return None
    return Clock(
        owner=UUID(column["owner"]),
        start=datetime.fromisoformat(column["start"]),
        kind=column["grade"],
        rules=column["rules"],
        falls=_falls(*column["falls"]) if column["falls"] else None,
        marks=marks_of(_extension(*column["extended"]) if column["extended"] else None),
        rests=rests_from_json(column["rests"]),
        warned_of=_instant(column["warned_of"]),
    )


def rests_from_json(column: list[list[str]]) -> tuple[Rest, ...]:
    """The days that do not count."""
    return tuple(Rest(begin=date.fromisoformat(begin), end=date.fromisoformat(end)) for begin, end in column)


def _falls(rule: str, days: int, since: str, due: str, warn: str | None) -> LeadFallBack:
    return FallBack(
        rule=RecycleRule(rule),
        days=days,
        since=date.fromisoformat(since),
        due=datetime.fromisoformat(due),
        warn=_instant(warn),
    )


def _extension(follow_up: str, time: str) -> Mark:
    return Mark(source=UUID(follow_up), time=datetime.fromisoformat(time))


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
