"""Trying out rules of the first response before they come into force (试算)."""

from collections import Counter
from collections.abc import Mapping, Sequence

from chassis.work import Read
from services.leads.application.intake import IntakeDesk
from services.leads.domain.response_rehearsal import Reached, RehearsedGrade, thresholds
from services.leads.domain.response_rules import ResponseRules
from services.leads.storage.response_rehearsal import Steps, count_reached, count_running


async def rehearse_response_rules(
    read: Read, *, body: Mapping[str, object], desk: IntakeDesk
) -> Sequence[RehearsedGrade]:
    """Leads nobody answered are counted by what they came to, by the rules in force and by those of the body.

    Counts of every lead, whoever's they are; nothing is written. Raises RuleBodyInvalid.
    """
    wanted = ResponseRules.from_mapping(body)
    briefing = await desk.brief(read)
    running = await count_running(read)
    calendars = {team: briefing.timetable.calendar(team) for _, team in running}
    in_force = briefing.rules.response
    now = await count_reached(read, thresholds(in_force, calendars=calendars, now=read.now))
    then = await count_reached(read, thresholds(wanted, calendars=calendars, now=read.now))
    leads: Counter[str] = Counter()
    for (grade, _), number in running.items():
        leads[grade] += number
    return [
        RehearsedGrade(
            grade=grade,
            leads=leads[grade],
            now=_reached(in_force, now, grade=grade, leads=leads[grade]),
            then=_reached(wanted, then, grade=grade, leads=leads[grade]),
        )
        for grade in sorted(leads)
    ]


def _reached(rules: ResponseRules, counted: Steps, *, grade: str, leads: int) -> Reached:
    steps = {step: number for (of, step), number in counted.items() if of == grade}
    return Reached(with_deadline=leads if grade in rules.terms else 0, steps=steps)
