"""Why a first response is due when it is."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from services.leads.domain.response import ResponseClock, ResponseStep
from trade.reasons import Reason


def reasons_of_clock(clock: ResponseClock, zone: ZoneInfo) -> tuple[Reason, ...]:
    """Why the deadline is what it is; instants are told as the clocks of the house show them."""
    return tuple(_reasons(clock, zone))


def _reasons(clock: ResponseClock, zone: ZoneInfo) -> Iterator[Reason]:
    since = clock.since.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    if clock.schedule is None:
        yield Reason("RESPONSE_NO_DEADLINE", {"grade": clock.grade})
    else:
        minutes = str(clock.schedule.terms.due)
        yield Reason("RESPONSE_TERMS", {"grade": clock.grade, "minutes": minutes, "since": since})
    if clock.since != clock.start:
        yield Reason("RESPONSE_REGRADED", {"since": since})
    if clock.former:
        yield Reason("RESPONSE_FORMER_OWNERS", {"count": str(len(clock.former))})
    if ResponseStep.REASSIGN in clock.taken:
        yield Reason("RESPONSE_STUCK", {})
