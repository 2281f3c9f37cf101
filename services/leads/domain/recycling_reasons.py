"""Why a lead falls back when it does, and what extends its owner's time."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from services.leads.domain.recycling import RecycleClock, RecycleRule, extension_of
from services.leads.domain.recycling_leads import RecyclingState
from trade.reasons import Reason


def reasons_of_spell(clock: RecycleClock, state: RecyclingState, zone: ZoneInfo) -> tuple[Reason, ...]:
    """Why it falls back then; days are told as the calendar of the house has them."""
    return tuple(_reasons(clock, state, zone))


def _reasons(clock: RecycleClock, state: RecyclingState, zone: ZoneInfo) -> Iterator[Reason]:
    if clock.falls is None:
        yield Reason("RECYCLING_NO_LIMIT", {"grade": clock.kind})
        return
    falls = clock.falls
    told = {"grade": clock.kind, "days": str(falls.days), "since": falls.since.isoformat()}
    yield Reason("RECYCLING_IDLE" if falls.rule is RecycleRule.IDLE else "RECYCLING_UNCONVERTED", told)
    extension = extension_of(clock)
    if extension is None:
        yield Reason("RECYCLING_NEVER_FOLLOWED_UP", {})
    else:
        yield Reason("RECYCLING_FOLLOWED_UP", {"day": extension.time.astimezone(zone).date().isoformat()})
    if clock.rests:
        days = sum((rest.end - rest.begin).days for rest in clock.rests)
        yield Reason("RECYCLING_RESTED", {"days": str(days)})
    if state is RecyclingState.PAUSED:
        yield Reason("RECYCLING_PAUSED", {})
