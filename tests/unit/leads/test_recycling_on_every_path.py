"""Whatever happens to a lead in whatever order, it falls back when its owner, grade and days say so (回收)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from services.leads.domain.lead import FindingKeys, Lead, Ownership, create_lead
from services.leads.domain.lead_state import OPEN_STATES
from services.leads.domain.pooling import recycled
from services.leads.domain.recycling_leads import running_spell
from services.leads.domain.response import Timetable
from services.leads.storage.recycling_clocks import recycling_from_json, recycling_to_json, recycling_to_row
from tests.unit.leads.builders import NOON, facts, timetable
from tests.unit.leads.paths import MEMBERS, PATHS, POOLS, stations

TAKEN_IN = st.sampled_from([None, *MEMBERS])
LIVES = st.lists(
    st.tuples(st.sampled_from(sorted(PATHS)), st.integers(0, 11), st.integers(0, 100)), min_size=1, max_size=14
)


@settings(max_examples=400, deadline=None)
@given(owner=TAKEN_IN, life=LIVES)
def test_on_every_path_a_lead_falls_back_when_its_owner_grade_and_days_say_so(
    owner: UUID | None, life: list[Any]
) -> None:
    for path, lead, at in stations(owner, life, apart=timedelta(hours=1)):
        assert wrong_with(lead, at) == [], path


def wrong_with(lead: Lead, at: Timetable) -> list[str]:
    """What does not hold between a lead, its clock and its row."""
    return [what for what, holds in _rules(lead, at, recycling_to_row(lead)).items() if not holds]


def _rules(lead: Lead, at: Timetable, row: Mapping[str, Any]) -> dict[str, bool]:
    clock, silent = lead.recycling, (row["recycle_next"], row["recycle_due"]) == (None, None)
    rules = {
        "whoever owns a lead has a clock, and nobody else": (lead.owner is None) == (clock is None),
        "what somebody owns waits in no pool": lead.owner is None or lead.pool is None,
    }
    if clock is None:
        return rules | {"nothing comes of no clock": silent}
    rules |= {
        "it is of the owner and the grade": (clock.owner, clock.kind) == (lead.owner, lead.grade.value),
        "a spell begins within the life": clock.start <= at.now,
        "a clock is read back as it was": recycling_from_json(orjson.loads(orjson.dumps(recycling_to_json(clock))))
        == clock,
        "it goes by the rules and the team's calendar": clock.falls
        == at.recycling.falls(
            kind=lead.grade.value,
            team=lead.team,
            start=at.recycling.day(lead.team, clock.start),
            marks=at.recycling.days(lead.team, clock.marks),
            rests=clock.rests,
        ),
    }
    if lead.state not in OPEN_STATES or clock.falls is None:
        return rules | {"nothing comes of what nobody works, or what stays": silent}
    wanted = clock.falls.due if clock.warned_of == clock.falls.due else clock.falls.warn or clock.falls.due
    return rules | {
        "its next date stands in the row": row["recycle_next"] == wanted,
        "its end stands in the row": row["recycle_due"] == clock.falls.due,
    }


def test_a_lead_nobody_works_falls_back_and_comes_to_nothing_more() -> None:
    lead = create_lead(
        uuid=UUID(int=9),
        facts=facts(),
        keys=FindingKeys(),
        resembles=(),
        rules_version=0,
        timetable=timetable(),
        ownership=Ownership(owner=MEMBERS[0]),
    ).aggregate
    fallen = recycled(lead, POOLS[0], now=NOON).aggregate
    assert (fallen.owner, fallen.team, fallen.pool) == (None, None, POOLS[0].uuid)
    assert running_spell(fallen) is None
    assert fallen.running_clock is None
