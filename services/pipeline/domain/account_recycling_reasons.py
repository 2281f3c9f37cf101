"""How it stands with the time an owner keeps an account, why it falls back when it does, and what extends it."""

from collections.abc import Iterator
from enum import Enum
from zoneinfo import ZoneInfo

from services.pipeline.domain.account import Account
from services.pipeline.domain.account_recycling import Spell
from trade.reasons import Reason


class RecyclingState(Enum):
    """How it stands with the time an owner keeps an account."""

    NONE = "none"
    RUNNING = "running"
    WARNED = "warned"
    PAUSED = "paused"
    POOLED = "pooled"


def recycling_state(account: Account) -> RecyclingState:
    """How it stands now; a spell that just began runs."""
    spell = account.spell
    if account.pool is not None and account.delete_time is None:
        return RecyclingState.POOLED
    if spell is None or account.delete_time is not None:
        return RecyclingState.NONE
    if spell.held is not None:
        return RecyclingState.PAUSED
    falls = spell.clock.falls
    if falls is None and spell.fitted:
        return RecyclingState.NONE
    is_warned = falls is not None and spell.clock.warned_of == falls.due
    return RecyclingState.WARNED if is_warned else RecyclingState.RUNNING


def reasons_of_spell(spell: Spell, zone: ZoneInfo) -> tuple[Reason, ...]:
    """Why it falls back then; days are told as the calendar of the house has them."""
    return tuple(_reasons(spell, zone)) if spell.fitted else ()


def _reasons(spell: Spell, zone: ZoneInfo) -> Iterator[Reason]:
    clock = spell.clock
    tier, _, phase = clock.kind.partition("/")
    about = {"tier": tier or "none", "phase": phase}
    if spell.held is not None:
        yield Reason("ACCOUNT_RECYCLING_HELD", {"by": spell.held.value})
    if clock.falls is None:
        yield Reason("ACCOUNT_RECYCLING_NO_LIMIT", about)
        return
    falls = clock.falls
    told = {**about, "rule": falls.rule.value, "days": str(falls.days), "since": falls.since.isoformat()}
    yield Reason("ACCOUNT_RECYCLING_LIMIT", told)
    mark = clock.mark(falls.rule)
    if mark is None:
        yield Reason("ACCOUNT_RECYCLING_NOTHING_DONE", {"rule": falls.rule.value})
    else:
        day = mark.time.astimezone(zone).date().isoformat()
        yield Reason("ACCOUNT_RECYCLING_EXTENDED", {"rule": falls.rule.value, "day": day})
    days = sum((rest.end - max(rest.begin, falls.since)).days for rest in clock.rests if rest.end > falls.since)
    if days:
        yield Reason("ACCOUNT_RECYCLING_RESTED", {"days": str(days)})
