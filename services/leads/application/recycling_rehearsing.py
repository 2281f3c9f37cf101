"""Trying out rules of recycling before they come into force (试算)."""

from collections.abc import Mapping, Sequence

from chassis.work import Read
from services.leads.application.intake import IntakeDesk
from services.leads.domain.recycling import RecyclePlan
from services.leads.domain.recycling_rules import RecyclingRules
from services.leads.storage.recycling_rehearsal import leads_alike
from trade.pools.rehearsal import RehearsedRecycling, rehearse


async def rehearse_recycling_rules(
    read: Read, *, body: Mapping[str, object], desk: IntakeDesk
) -> Sequence[RehearsedRecycling]:
    """Owned leads are counted by whether they fall back now, by the rules in force and by those of the body.

    Counts of every lead, whoever's they are; nothing is written. What counts as a follow-up is that by which each was
    told. Raises RuleBodyInvalid.
    """
    wanted = RecyclingRules.from_mapping(body)
    timetable = (await desk.brief(read)).timetable
    tried = RecyclePlan(limits=wanted.limits, version=0, calendar_of=timetable.calendar)
    known = await leads_alike(read, zone=desk.zone)
    return rehearse(known, in_force=timetable.recycling, tried=tried, now=read.now)
