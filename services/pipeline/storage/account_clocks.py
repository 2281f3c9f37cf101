"""Pools and recycling clocks as they lie beside their accounts."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from services.pipeline.domain.account import Account
from services.pipeline.domain.account_recycling import AccountFallBack, Business, RecycleRule, Spell
from trade.pools.clock import Clock, FallBack, Mark, Rest


def clock_to_row(account: Account) -> Mapping[str, object]:
    """The columns of an account's pool and clock: when it is looked at follows from the whole account, on every path.

    Whoever owns one without a clock of his own has it looked at at once.
    """
    spell, whose = account.spell, account.ownership
    runs = whose.owner is not None and account.delete_time is None
    own = spell is not None and spell.clock.owner == whose.owner
    return {
        "pool": account.pool if whose.owner is None else None,
        "recycling": spell_to_json(spell),
        "recycle_next": _next(account, spell if own else None) if runs else None,
    }


def _next(account: Account, spell: Spell | None) -> datetime | None:
    return account.update_time if spell is None else spell.next_time


def pool_of(row: Mapping[str, Any] | RowMapping) -> UUID | None:
    """The pool of a row: of nobody's accounts alone, for a process of the release before may leave it there."""
    found: UUID | None = row["pool"]
    return found if row["owner"] is None else None


def spell_to_json(spell: Spell | None) -> Mapping[str, object] | None:
    """The spell as an object; None for none."""
    if spell is None:
        return None
    clock, falls = spell.clock, spell.clock.falls
    return {
        "owner": clock.owner,
        "start": clock.start,
        "kind": clock.kind,
        "rules": clock.rules,
        "falls": [falls.rule.value, falls.days, falls.since, falls.due, falls.warn] if falls else None,
        "marks": [[rule.value, mark.source, mark.time] for rule, mark in clock.marks],
        "rests": [[rest.begin, rest.end] for rest in clock.rests],
        "warned_of": clock.warned_of,
        "held": spell.held.value if spell.held else None,
        "fitted": spell.fitted,
    }


def spell_from_json(column: Mapping[str, Any] | None) -> Spell | None:
    """The spell in a column."""
    if column is None:
        return None
    clock = Clock(
        owner=UUID(column["owner"]),
        start=datetime.fromisoformat(column["start"]),
        kind=column["kind"],
        rules=column["rules"],
        falls=_falls(*column["falls"]) if column["falls"] else None,
        marks=tuple(_mark(*each) for each in column["marks"]),
        rests=rests_from_json(column["rests"]),
        warned_of=_instant(column["warned_of"]),
    )
    held = Business(column["held"]) if column["held"] else None
    return Spell(clock=clock, held=held, fitted=column["fitted"])


def rests_from_json(column: list[list[str]]) -> tuple[Rest, ...]:
    """The days that do not count."""
    return tuple(Rest(begin=date.fromisoformat(begin), end=date.fromisoformat(end)) for begin, end in column)


def _falls(rule: str, days: int, since: str, due: str, warn: str | None) -> AccountFallBack:
    return FallBack(
        rule=RecycleRule(rule),
        days=days,
        since=date.fromisoformat(since),
        due=datetime.fromisoformat(due),
        warn=_instant(warn),
    )


def _mark(rule: str, source: str, time: str) -> tuple[RecycleRule, Mark]:
    return RecycleRule(rule), Mark(source=UUID(source), time=datetime.fromisoformat(time))


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
