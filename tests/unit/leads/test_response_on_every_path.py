"""Whatever happens to a lead in whatever order, its clock is that of its owner, its grade and its state."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from services.leads.domain.conversion import begin_conversion, conversion_refused
from services.leads.domain.conversion_record import Choices
from services.leads.domain.erasing import erase_person
from services.leads.domain.handing_over import Handover, handed_over
from services.leads.domain.lead import FindingKeys, Grade, GradeOverride, Lead, Ownership, create_lead
from services.leads.domain.lead_state import OPEN_STATES, LeadState
from services.leads.domain.merge_undoing import releasing, restored
from services.leads.domain.merging import absorbing, merged_away, portrait_of
from services.leads.domain.overriding import overridden, without_override
from services.leads.domain.qualification_record import ChecklistAnswer, Verdict
from services.leads.domain.qualifying import Checklist, answered_checklist, disqualified, qualified, reopened
from services.leads.domain.responding import answered, rescheduled, stepped, stuck
from services.leads.domain.response import ResponseStep, Timetable
from services.leads.storage.response_clocks import NEVER, clock_from_json, clock_to_json, response_to_row
from tests.unit.leads.builders import ANNA, BO, CHEN, NOON, facts, timetable
from trade.reasons import Reason

MEMBERS, JOB = (ANNA, BO, CHEN), UUID(int=7)
NOTHING_ASKED = Checklist(items=(), percent=100, qualified_from=0)
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
    handover = Handover(owner=MEMBERS[number % 3], team=None, region=None, author="")
    return handed_over(lead, handover, timetable=at).aggregate if lead.state in OPEN_STATES else lead


def _converting(lead: Lead, at: Timetable, _number: int) -> Lead:
    if lead.state not in OPEN_STATES:
        return lead
    return begin_conversion(lead, choices=Choices(), job=JOB, actor=ANNA, now=at.now).aggregate


def _refused(lead: Lead, at: Timetable, _number: int) -> Lead:
    return conversion_refused(lead, Reason("X"), now=at.now).aggregate if lead.state is LeadState.CONVERTING else lead


def _swept(lead: Lead, at: Timetable, number: int) -> Lead:
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


def _took_in(lead: Lead, at: Timetable, number: int) -> Lead:
    """It takes another lead in; one of nobody gets the other's owner."""
    if lead.state not in OPEN_STATES:
        return lead
    owner = lead.owner or MEMBERS[number % 3]
    portrait = replace(portrait_of(lead), owner=owner)
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
    "answered": lambda lead, at, n: answered(lead, (UUID(int=n + 1), at.now), timetable=at).aggregate,
    "answer taken back": lambda lead, at, n: answered(lead, None, timetable=at).aggregate,
    "swept": _swept,
    "took another in": _took_in,
    "gave another back": _gave_back,
    "merged away": _merged_away,
    "restored": _restored,
    "rules reconsidered": lambda lead, at, n: rescheduled(lead, timetable=at).aggregate,
}
TAKEN_IN = st.sampled_from([None, *MEMBERS])
LIVES = st.lists(
    st.tuples(st.sampled_from(sorted(PATHS)), st.integers(0, 11), st.integers(0, 900)), min_size=1, max_size=12
)


@settings(max_examples=300, deadline=None)
@given(owner=TAKEN_IN, life=LIVES)
def test_on_every_path_the_clock_is_that_of_owner_grade_and_state(owner: UUID | None, life: list[Any]) -> None:
    now = NOON
    lead = create_lead(
        uuid=UUID(int=9),
        facts=facts(),
        keys=FindingKeys(),
        resembles=(),
        rules_version=0,
        timetable=timetable(now),
        ownership=Ownership(owner=owner),
    ).aggregate
    assert wrong_with(lead, timetable(now)) == []
    for path, number, minutes in life:
        now += timedelta(minutes=minutes)
        lead = PATHS[path](lead, timetable(now), number)
        assert wrong_with(lead, timetable(now)) == [], path


def wrong_with(lead: Lead, at: Timetable) -> list[str]:
    """What does not hold between a lead, its clock and its row."""
    return [what for what, holds in _rules(lead, at, response_to_row(lead)).items() if not holds]


def _rules(lead: Lead, at: Timetable, row: Mapping[str, Any]) -> dict[str, bool]:
    clock, silent = lead.response, (row["response_next"], row["answer_by"]) == (None, NEVER)
    if clock is None:
        return {"whoever owns a lead has a clock": lead.owner is None, "nothing comes of no clock": silent}
    rules = {
        "a lead of nobody has no clock": lead.owner is not None,
        "a clock is read back as it was": clock_from_json(orjson.loads(orjson.dumps(clock_to_json(clock)))) == clock,
    }
    if clock.answer is not None or lead.state not in OPEN_STATES:
        rules["nothing comes of what stands"] = silent
    if clock.answer is None:
        schedule = at.schedule(grade=lead.grade.value, team=lead.team, since=clock.since)
        rules |= {
            "it is of the owner and the grade": (clock.owner, clock.grade) == (lead.owner, lead.grade.value),
            "it goes by the rules and the team's calendar": clock.schedule == schedule,
            "a spell begins within the life": clock.start <= clock.since <= at.now,
            "no spell follows one of the same owner": clock.owner not in clock.former[-1:],
        }
    if lead.running_clock is not None:
        coming = [time for step, time in _times(clock).items() if step not in clock.taken]
        rules["its next step stands in the row"] = row["response_next"] == min(coming, default=None)
        rules["its deadline stands in the row"] = row["answer_by"] == (clock.due or NEVER)
    return rules


def _times(clock: Any) -> dict[ResponseStep, Any]:
    return dict(clock.schedule.times) if clock.schedule else {}


@given(minutes=st.integers(0, 900), pause=st.integers(0, 20_000), answered_before=st.booleans())
@settings(max_examples=100, deadline=None)
def test_a_lead_comes_back_with_its_whole_time_unless_somebody_answered_it(
    minutes: int, pause: int, answered_before: bool
) -> None:
    lead = replace(
        create_lead(
            uuid=UUID(int=9),
            facts=facts(),
            keys=FindingKeys(),
            resembles=(),
            rules_version=0,
            timetable=timetable(NOON),
        ).aggregate,
        grade=Grade.A,
    )
    lead = lead.assigned(Ownership(owner=ANNA), timetable=timetable(NOON)).aggregate
    closing = timetable(NOON + timedelta(minutes=minutes))
    if answered_before:
        lead = answered(lead, (UUID(int=5), closing.now), timetable=closing).aggregate
    closed = _judged(lead, closing, 0)
    assert closed.running_clock is None
    again = timetable(closing.now + timedelta(minutes=pause))
    reopening = reopened(closed, by_touch=False, timetable=again).aggregate
    if answered_before:
        assert reopening.response == lead.response
    else:
        assert (
            reopening.response
            == replace(lead.assigned(Ownership(owner=ANNA), timetable=again).aggregate, response=None)
            .assigned(Ownership(owner=ANNA), timetable=again)
            .aggregate.response
        )


def test_a_lead_swept_without_end_passes_through_everybody_once_and_stays() -> None:
    now = NOON
    lead = replace(
        create_lead(
            uuid=UUID(int=9),
            facts=facts(),
            keys=FindingKeys(),
            resembles=(),
            rules_version=0,
            timetable=timetable(now),
        ).aggregate,
        grade=Grade.A,
    )
    lead = lead.assigned(Ownership(owner=ANNA), timetable=timetable(now)).aggregate
    owners = [lead.owner]
    for _ in range(10):
        now += timedelta(days=3)
        lead = _swept(lead, timetable(now), 0)
        if lead.owner != owners[-1]:
            owners.append(lead.owner)
    assert owners == [ANNA, BO, CHEN]
    assert lead.running_clock is not None
    assert lead.running_clock.next_step is None
