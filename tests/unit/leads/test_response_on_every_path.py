"""Whatever happens to a lead in whatever order, its clock is that of its owner, its grade and its state."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from services.leads.domain.lead import FindingKeys, Grade, Lead, Ownership, create_lead
from services.leads.domain.lead_state import OPEN_STATES
from services.leads.domain.qualifying import reopened
from services.leads.domain.responding import answered
from services.leads.domain.response import ResponseStep, Timetable
from services.leads.storage.response_clocks import NEVER, clock_from_json, clock_to_json, response_to_row
from tests.unit.leads.builders import ANNA, BO, CHEN, NOON, facts, timetable
from tests.unit.leads.paths import MEMBERS, PATHS, stations, swept

TAKEN_IN = st.sampled_from([None, *MEMBERS])
LIVES = st.lists(
    st.tuples(st.sampled_from(sorted(PATHS)), st.integers(0, 11), st.integers(0, 900)), min_size=1, max_size=12
)


@settings(max_examples=300, deadline=None)
@given(owner=TAKEN_IN, life=LIVES)
def test_on_every_path_the_clock_is_that_of_owner_grade_and_state(owner: UUID | None, life: list[Any]) -> None:
    for path, lead, at in stations(owner, life, apart=timedelta(minutes=1)):
        assert wrong_with(lead, at) == [], path


def wrong_with(lead: Lead, at: Timetable) -> list[str]:
    """What does not hold between a lead, its clock and its row."""
    return [what for what, holds in _rules(lead, at, response_to_row(lead)).items() if not holds]


def _rules(lead: Lead, at: Timetable, row: Mapping[str, Any]) -> dict[str, bool]:
    clock, silent = lead.response, (row["response_next"], row["answer_by"]) == (None, NEVER)
    if clock is None:
        return {"whoever owns a lead has a clock": lead.owner is None, "nothing comes of no clock": silent}
    rules = {
        "a lead of nobody has no clock that runs": lead.owner is not None or clock.answer is not None,
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
    closed = PATHS["judged"](lead, closing, 0)
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
        lead = swept(lead, timetable(now), 0)
        if lead.owner != owners[-1]:
            owners.append(lead.owner)
    assert owners == [ANNA, BO, CHEN]
    assert lead.running_clock is not None
    assert lead.running_clock.next_step is None
