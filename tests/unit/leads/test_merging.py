"""Which leads may become one, and what becomes of each."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from services.leads.domain.lead import FindingKeys, Lead
from services.leads.domain.lead_history import Happening, history_of
from services.leads.domain.lead_state import LeadState
from services.leads.domain.merge_record import Merged
from services.leads.domain.merging import (
    LeadAbsorbed,
    LeadCannotMerge,
    LeadMerged,
    LeadMergedAway,
    LeadMergedTwice,
    absorbing,
    check_mergeable,
    merged_away,
    owner_to_take,
    portrait_of,
    united_hints,
)
from services.leads.domain.resemblance import Band, Resemblance
from tests.unit.leads.builders import ANNA, BO, NOON, TIMETABLE, a_lead

SURVIVOR, OTHER, THIRD, MERGE = UUID(int=11), UUID(int=12), UUID(int=13), UUID(int=99)
WEBSITE, FAIR = UUID(int=301), UUID(int=302)


def lead(uuid: UUID, state: LeadState = LeadState.NEW, **known: object) -> Lead:
    return replace(a_lead(), uuid=uuid, state=state, **known)  # type: ignore[arg-type]  # fields of a lead


def hint(other: UUID, score: float) -> Resemblance:
    return Resemblance(lead=other, score=score, band=Band.LIKELY)


@pytest.mark.parametrize("state", [LeadState.CONVERTED, LeadState.CONVERTING])
def test_a_lead_that_is_or_is_being_converted_cannot_be_merged_away(state: LeadState) -> None:
    with pytest.raises(LeadCannotMerge) as refusal:
        check_mergeable(lead(SURVIVOR), [lead(OTHER, state)])
    assert (refusal.value.lead, refusal.value.state) == (f"leads/{OTHER}", state.value)


def test_a_converted_lead_survives_and_two_of_them_stay_two() -> None:
    converted = lead(SURVIVOR, LeadState.CONVERTED)
    check_mergeable(converted, [lead(OTHER)])
    with pytest.raises(LeadCannotMerge):
        check_mergeable(converted, [lead(OTHER, LeadState.CONVERTED)])


def test_nothing_is_merged_into_a_lead_that_is_being_converted() -> None:
    with pytest.raises(LeadCannotMerge):
        check_mergeable(lead(SURVIVOR, LeadState.CONVERTING), [lead(OTHER)])


def test_what_somebody_works_does_not_vanish_in_what_was_judged_not_worth_it() -> None:
    judged = lead(SURVIVOR, LeadState.DISQUALIFIED)
    check_mergeable(judged, [lead(OTHER, LeadState.DISQUALIFIED)])
    with pytest.raises(LeadCannotMerge):
        check_mergeable(judged, [lead(OTHER)])


def test_a_lead_is_merged_once_and_not_with_itself() -> None:
    for others in ([lead(SURVIVOR)], [lead(OTHER), lead(OTHER)]):
        with pytest.raises(LeadMergedTwice):
            check_mergeable(lead(SURVIVOR), others)


@pytest.mark.parametrize("place", [0, 1])
def test_a_lead_that_was_merged_away_says_where_it_went(place: int) -> None:
    gone = lead(OTHER, LeadState.MERGED, merged=Merged(into=THIRD, merge=MERGE))
    leads = [lead(SURVIVOR), lead(UUID(int=14))]
    leads[place] = gone
    with pytest.raises(LeadMergedAway) as refusal:
        check_mergeable(leads[0], leads[1:])
    assert refusal.value.survivor == f"leads/{THIRD}"


def test_the_survivor_counts_every_contact_and_the_other_keeps_all_it_is() -> None:
    survivor, other = lead(SURVIVOR, touch_count=2), lead(OTHER, touch_count=3, owner=BO)
    portrait = replace(portrait_of(survivor), facts=replace(survivor.facts, need="一套"))
    change = absorbing(survivor, [other], portrait=portrait, keys=FindingKeys(), timetable=TIMETABLE)
    assert change.aggregate.touch_count == 5
    assert change.events == (LeadAbsorbed((OTHER,), ("need",)),)
    gone = merged_away(other, into=SURVIVOR, merge=MERGE, now=NOON)
    assert gone.events == (LeadMerged(SURVIVOR),)
    assert gone.aggregate == replace(
        other, state=LeadState.MERGED, merged=Merged(into=SURVIVOR, merge=MERGE), update_time=NOON
    )


def test_a_survivor_of_nobody_gets_the_owner_of_the_newest_that_somebody_works() -> None:
    older = lead(OTHER, owner=ANNA)
    newer = lead(THIRD, owner=BO, create_time=NOON + timedelta(days=1))
    closed = lead(UUID(int=14), LeadState.DISQUALIFIED, owner=ANNA, create_time=NOON + timedelta(days=2))
    taken = owner_to_take(lead(SURVIVOR), [older, newer, closed])
    assert taken is newer
    assert owner_to_take(lead(SURVIVOR, owner=ANNA), [newer]) is None
    assert owner_to_take(lead(SURVIVOR, LeadState.CONVERTED), [newer]) is None


def test_likely_duplicates_are_united_without_those_that_have_become_one() -> None:
    survivor = lead(SURVIVOR, resembles=(hint(OTHER, 0.9), hint(THIRD, 0.7)))
    other = lead(OTHER, resembles=(hint(SURVIVOR, 0.9), hint(THIRD, 0.8)))
    assert united_hints(survivor, [other], family={SURVIVOR, OTHER}) == (hint(THIRD, 0.8),)


def test_the_history_of_a_survivor_begins_with_the_first_contact_of_all() -> None:
    early = NOON - timedelta(days=3)
    other = replace(a_lead(channel=FAIR, need="展台"), uuid=OTHER, create_time=early)
    other = replace(other, facts=replace(other.facts, received_time=early))
    survivor = replace(a_lead(channel=WEBSITE, need="官网", received_time=early), uuid=SURVIVOR)
    told = history_of(survivor, touches=(), follow_ups=(), decisions=(), absorbed=[other])
    assert [(each.happening, each.time, each.channel) for each in told] == [
        (Happening.FIRST_CONTACT, early, FAIR),
        (Happening.TOUCHED, NOON, WEBSITE),
    ]
    later = replace(other, facts=replace(other.facts, received_time=NOON + timedelta(days=1)))
    later = replace(later, create_time=NOON + timedelta(days=1))
    told = history_of(survivor, touches=(), follow_ups=(), decisions=(), absorbed=[later])
    assert [each.channel for each in told] == [WEBSITE, FAIR]
