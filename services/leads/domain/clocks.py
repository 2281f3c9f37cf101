"""The clocks of a lead: whatever gives it an owner or a grade sets all of them, so that no path passes one by."""

from typing import TypedDict
from uuid import UUID

from services.leads.domain.recycling import RecycleClock
from services.leads.domain.response import (
    ResponseClock,
    Timetable,
    begin_clock,
    clock_of_owner,
    reset_clock,
    resumed_clock,
)
from trade.pools.clock import begin_spell, reset_spell


class Clocks(TypedDict):
    """The clocks as a lead keeps them."""

    response: ResponseClock | None
    recycling: RecycleClock | None


def begin_clocks(
    response: ResponseClock | None,
    recycling: RecycleClock | None,
    *,
    owner: UUID | None,
    team: UUID | None,
    grade: str,
    timetable: Timetable,
) -> Clocks:
    """The clocks of whoever gets a lead."""
    plan, now = timetable.recycling, timetable.now
    return Clocks(
        response=begin_clock(response, owner=owner, team=team, grade=grade, timetable=timetable),
        recycling=begin_spell(recycling, owner=owner, team=team, kind=grade, plan=plan, now=now),
    )


def clocks_of_owner(
    response: ResponseClock | None,
    recycling: RecycleClock | None,
    *,
    owner: UUID | None,
    team: UUID | None,
    grade: str,
    timetable: Timetable,
) -> Clocks:
    """The same where the owner may be nobody: then no clock runs any more."""
    plan, now = timetable.recycling, timetable.now
    return Clocks(
        response=clock_of_owner(response, owner=owner, team=team, grade=grade, timetable=timetable),
        recycling=begin_spell(recycling, owner=owner, team=team, kind=grade, plan=plan, now=now),
    )


def reset_clocks(
    response: ResponseClock | None,
    recycling: RecycleClock | None,
    *,
    team: UUID | None,
    grade: str,
    timetable: Timetable,
) -> Clocks:
    """The clocks by the terms and limits of a grade."""
    plan = timetable.recycling
    return Clocks(
        response=reset_clock(response, team=team, grade=grade, timetable=timetable),
        recycling=reset_spell(recycling, team=team, kind=grade, plan=plan) if recycling else None,
    )


def resumed_clocks(
    response: ResponseClock | None,
    recycling: RecycleClock | None,
    *,
    team: UUID | None,
    grade: str,
    timetable: Timetable,
) -> Clocks:
    """The clocks of a lead that nobody could work for a while: its owner has his time from now on."""
    plan, now = timetable.recycling, timetable.now
    owner = recycling.owner if recycling else None
    return Clocks(
        response=resumed_clock(response, team=team, grade=grade, timetable=timetable),
        recycling=begin_spell(None, owner=owner, team=team, kind=grade, plan=plan, now=now),
    )
