"""Every way in which a lead changes, for tests that hold what is true on all of them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from services.leads.domain.conversion import begin_conversion, conversion_refused
from services.leads.domain.conversion_record import Choices
from services.leads.domain.erasing import erase_person
from services.leads.domain.handing_over import Handover, handed_over
from services.leads.domain.lead import FindingKeys, Grade, GradeOverride, Lead, Ownership, create_lead
from services.leads.domain.lead_state import OPEN_STATES, LeadState
from services.leads.domain.merge_undoing import releasing, restored
from services.leads.domain.merging import absorbing, merged_away, portrait_of
from services.leads.domain.overriding import overridden, without_override
from services.leads.domain.pooling import Claim, recycled, released, taken_from_pool, transferred
from services.leads.domain.pools import LeadPool
from services.leads.domain.qualification_record import ChecklistAnswer, Verdict
from services.leads.domain.qualifying import Checklist, answered_checklist, disqualified, qualified, reopened
from services.leads.domain.recycling_leads import extended, further, refitted, running_spell, warned
from services.leads.domain.responding import answered, rescheduled, stepped, stuck
from services.leads.domain.response import ResponseStep, Timetable
from services.leads.domain.withdrawing import withdrawn
from tests.unit.leads.builders import ANNA, BO, CHEN, NOON, facts, timetable
from trade.pools.clock import Mark, RecycleStep
from trade.pools.pool import PoolTerms
from trade.reasons import Reason

MEMBERS, JOB = (ANNA, BO, CHEN), UUID(int=7)
NOTHING_ASKED = Checklist(items=(), percent=100, qualified_from=0)
POOLS = [
    LeadPool(uuid=UUID(int=number), terms=PoolTerms(display_name=str(number)), create_time=NOON, update_time=NOON)
    for number in (301, 302)
]
GRADES = [grade for grade in Grade if grade is not Grade.UNGRADED]
Step = Callable[[Lead, Timetable, int], Lead]


def _graded(lead: Lead, at: Timetable, number: int) -> Lead:
    return lead.graded(grade=GRADES[number % 4], reasons=(), rules_version=1, timetable=at).aggregate


def _overridden(lead: Lead, at: Timetable, number: int) -> Lead:
    if lead.state not in OPEN_STATES:
        return lead
    override = GradeOverride(grade=GRADES[number % 4], reason="", author="", author_name="", time=at.now)
    return _graded(overridden(lead, override), at, number + 1)


def _cleared(lead: Lead, at: Timetable, number: int) -> Lead:
    if lead.state not in OPEN_STATES or lead.grade_override is None:
        return lead
    return _graded(without_override(lead), at, number)


def _handed_over(lead: Lead, at: Timetable, number: int) -> Lead:
    if lead.state not in OPEN_STATES or lead.pool is not None:
        return lead
    handover = Handover(owner=MEMBERS[number % 3], team=None, region=None, author="")
    return handed_over(lead, handover, timetable=at).aggregate


def _converting(lead: Lead, at: Timetable, _number: int) -> Lead:
    if lead.state not in OPEN_STATES or lead.pool is not None:
        return lead
    return begin_conversion(lead, choices=Choices(), job=JOB, actor=ANNA, now=at.now).aggregate


def _refused(lead: Lead, at: Timetable, _number: int) -> Lead:
    return conversion_refused(lead, Reason("X"), timetable=at).aggregate if lead.state is LeadState.CONVERTING else lead


def swept(lead: Lead, at: Timetable, number: int) -> Lead:
    clock = lead.running_clock
    steps = clock.steps_due(at.now) if clock else ()
    lead = stepped(lead, told={}, now=at.now).aggregate
    if clock is None or ResponseStep.REASSIGN not in steps:
        return lead
    free = [member for member in MEMBERS if member not in {clock.owner, *clock.former}]
    if not free:
        return stuck(lead, told=(), now=at.now).aggregate
    return lead.assigned(Ownership(owner=free[number % len(free)]), timetable=at).aggregate


def _judged(lead: Lead, at: Timetable, number: int) -> Lead:
    """Worth selling to or not, by turns."""
    verdict = Verdict(qualified=bool(number % 2), author="", author_name="", time=at.now)
    if number % 2 and lead.state is LeadState.NEW:
        return qualified(lead, NOTHING_ASKED, verdict).aggregate
    return disqualified(lead, verdict).aggregate if lead.state in OPEN_STATES else lead


def _answered_checklist(lead: Lead, at: Timetable, number: int) -> Lead:
    if lead.state not in OPEN_STATES:
        return lead
    said = ChecklistAnswer(item="X", met=bool(number % 2), note="", author="", author_name="", time=at.now)
    return answered_checklist(lead, [said], withdrawn=(), now=at.now).aggregate


def _reopened(lead: Lead, at: Timetable, number: int) -> Lead:
    """Its customer makes contact, or a person opens it; where its owner has left, somebody else gets it."""
    if lead.state is not LeadState.DISQUALIFIED:
        return lead
    lead = _graded(reopened(lead, by_touch=bool(number % 2), timetable=at).aggregate, at, number)
    if lead.owner is None or number % 3:
        return lead
    return lead.assigned(Ownership(owner=MEMBERS[number % 3]), timetable=at).aggregate


def _withdrawn(lead: Lead, at: Timetable, number: int) -> Lead:
    """Taken back with its import, which is rare: nothing comes after it."""
    return withdrawn(lead, now=at.now).aggregate if lead.state in OPEN_STATES and not number else lead


def _took_in(lead: Lead, at: Timetable, number: int) -> Lead:
    """It takes another lead in; one of nobody gets the other's owner."""
    if lead.state not in OPEN_STATES:
        return lead
    owner = lead.owner or MEMBERS[number % 3]
    portrait = replace(portrait_of(lead), owner=owner, pool=None)
    return absorbing(lead, [], portrait=portrait, keys=FindingKeys(), timetable=at).aggregate


def _gave_back(lead: Lead, at: Timetable, number: int) -> Lead:
    """The merge is undone; an owner it got by that goes with it."""
    if lead.state not in OPEN_STATES:
        return lead
    portrait = replace(portrait_of(lead), owner=None if number % 2 else lead.owner)
    return releasing(lead, [], portrait=portrait, keys=FindingKeys(), timetable=at).aggregate


def _merged_away(lead: Lead, at: Timetable, _number: int) -> Lead:
    if lead.state not in OPEN_STATES:
        return lead
    return merged_away(lead, into=UUID(int=8), merge=UUID(int=6), now=at.now).aggregate


def _restored(lead: Lead, at: Timetable, _number: int) -> Lead:
    if lead.state is not LeadState.MERGED:
        return lead
    return restored(lead, state=LeadState.NEW, timetable=at).aggregate


def _released(lead: Lead, at: Timetable, number: int) -> Lead:
    if lead.owner is None or lead.state not in OPEN_STATES:
        return lead
    return released(lead, POOLS[number % 2], reasons=(Reason("X"),), now=at.now).aggregate


def _claimed(lead: Lead, at: Timetable, number: int) -> Lead:
    if lead.pool is None or lead.state not in OPEN_STATES:
        return lead
    claim = Claim(owner=MEMBERS[number % 3], team=None, region=None, author="")
    pool = next(each for each in POOLS if each.uuid == lead.pool)
    return taken_from_pool(lead, pool, claim, timetable=at).aggregate


def _transferred(lead: Lead, at: Timetable, _number: int) -> Lead:
    if lead.pool is None:
        return lead
    return transferred(lead, next(each for each in POOLS if each.uuid != lead.pool), now=at.now).aggregate


def _recycling_swept(lead: Lead, at: Timetable, number: int) -> Lead:
    clock = running_spell(lead)
    step = clock.step_due(at.now) if clock else None
    if step is RecycleStep.WARN:
        return warned(lead, told=(), now=at.now).aggregate
    return recycled(lead, POOLS[number % 2], now=at.now).aggregate if step is RecycleStep.RECYCLE else lead


def _followed_up(lead: Lead, at: Timetable, number: int) -> Lead:
    if lead.recycling is None or at.now <= lead.recycling.start:
        return lead
    found = Mark(source=UUID(int=number + 1), time=at.now)
    return extended(lead, further(lead, found, timetable=at), timetable=at).aggregate


PATHS: dict[str, Step] = {
    "assigned": lambda lead, at, n: lead.assigned(Ownership(owner=MEMBERS[n % 3]), timetable=at).aggregate,
    "nobody could take it": lambda lead, at, n: lead.unassigned(reasons=()),
    "given by hand": _handed_over,
    "graded": _graded,
    "overridden": _overridden,
    "override cleared": _cleared,
    "touched": lambda lead, at, n: lead.touched(facts=facts(need=str(n)), now=at.now).aggregate,
    "updated": lambda lead, at, n: lead.updated(facts=facts(need=str(n)), keys=FindingKeys(), now=at.now).aggregate,
    "person erased": lambda lead, at, n: erase_person(lead, keys=FindingKeys(), now=at.now).aggregate,
    "converting": _converting,
    "conversion refused": _refused,
    "judged": _judged,
    "held against the checklist": _answered_checklist,
    "reopened": _reopened,
    "withdrawn": _withdrawn,
    "answered": lambda lead, at, n: answered(lead, (UUID(int=n + 1), at.now), timetable=at).aggregate,
    "answer taken back": lambda lead, at, n: answered(lead, None, timetable=at).aggregate,
    "swept": swept,
    "followed up": _followed_up,
    "follow-ups taken back": lambda lead, at, n: extended(lead, None, timetable=at).aggregate,
    "released": _released,
    "claimed": _claimed,
    "moved to another pool": _transferred,
    "recycling swept": _recycling_swept,
    "limits reconsidered": lambda lead, at, n: refitted(lead, timetable=at).aggregate,
    "took another in": _took_in,
    "gave another back": _gave_back,
    "merged away": _merged_away,
    "restored": _restored,
    "rules reconsidered": lambda lead, at, n: rescheduled(lead, timetable=at).aggregate,
}


def stations(
    owner: UUID | None, life: Iterable[tuple[str, int, int]], *, apart: timedelta
) -> Iterator[tuple[str, Lead, Timetable]]:
    """A lead as it was taken in, and after each step of a life: how it came there, itself, and the timetable of then.

    A step is a path, a number it is taken with, and how many times `apart` after the one before.
    """
    at = timetable(NOON)
    lead = create_lead(
        uuid=UUID(int=9),
        facts=facts(),
        keys=FindingKeys(),
        resembles=(),
        rules_version=0,
        timetable=at,
        ownership=Ownership(owner=owner),
    ).aggregate
    yield "taken in", lead, at
    for path, number, pause in life:
        at = timetable(at.now + pause * apart)
        lead = PATHS[path](lead, at, number)
        yield path, lead, at
