"""How far a bulk change is, what it may change leads by, and how that lies in its table."""

from dataclasses import replace
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.leads.domain.bulk_actions import (
    AssignAction,
    BulkAction,
    DismissAction,
    DisqualifyAction,
    IndustryAction,
    RegionAction,
    TagAction,
)
from services.leads.domain.bulk_changes import (
    NEXT_STATES,
    BulkChange,
    BulkChangeEnded,
    BulkRow,
    BulkState,
    RowOutcome,
    Starter,
)
from services.leads.domain.tagging import MOST_TAGS, LeadTagsTooMany, tagged
from services.leads.rpc.bulk_messages import action_message, action_of
from services.leads.storage.bulk_actions import action_from_json, action_to_json
from tests.unit.leads.builders import ANNA, EAST, NOON, facts

ACTIONS: tuple[BulkAction, ...] = (
    AssignAction(owner=ANNA, words="区域调整"),
    TagAction(add=("重点",), remove=("展会", "旧")),
    RegionAction(region=EAST),
    IndustryAction(industry="制造业"),
    DisqualifyAction(code="NO_NEED", note="已倒闭"),
    DismissAction(),
)
ENDED = [RowOutcome.CHANGED, RowOutcome.UNCHANGED, RowOutcome.REFUSED]


def a_change(count: int) -> BulkChange:
    starter = Starter(subject=f"members/{ANNA}", name="安娜")
    return BulkChange(
        uuid=UUID(int=9), action=DismissAction(), starter=starter, start_time=NOON, step_time=NOON, lead_count=count
    )


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: type(action).__name__)
def test_an_action_is_read_back_as_it_was(action: BulkAction) -> None:
    assert action_from_json(orjson.loads(orjson.dumps(action_to_json(action)))) == action
    assert action_of(action_message(action)) == action


@given(outcomes=st.lists(st.sampled_from(ENDED), min_size=1, max_size=40), at_once=st.integers(1, 7))
def test_a_change_that_goes_on_by_some_rows_counts_each_once_and_is_complete_with_the_last(
    outcomes: list[RowOutcome], at_once: int
) -> None:
    change = a_change(len(outcomes))
    rows = [BulkRow(place=place, lead=UUID(int=place)) for place in range(1, len(outcomes) + 1)]
    for start in range(0, len(rows), at_once):
        assert change.state is BulkState.RUNNING
        some = zip(rows[start : start + at_once], outcomes[start : start + at_once], strict=True)
        change = change.went_on([row.ended(outcome) for row, outcome in some], now=NOON)
    assert (change.state, change.done, change.end_time) == (BulkState.COMPLETED, len(rows), NOON)
    counts = [outcomes.count(outcome) for outcome in ENDED]
    assert [change.changed, change.unchanged, change.refused] == counts


def test_a_change_without_rows_left_has_come_to_its_end() -> None:
    assert replace(a_change(2), done=2).went_on([], now=NOON).state is BulkState.COMPLETED


@pytest.mark.parametrize("state", BulkState)
def test_only_a_change_that_runs_can_be_ended(state: BulkState) -> None:
    change = replace(a_change(3), state=state)
    for wanted in (BulkState.CANCELLED, BulkState.HALTED):
        if wanted in NEXT_STATES[state]:
            assert change.ended(wanted, now=NOON).state is wanted
            continue
        with pytest.raises(BulkChangeEnded):
            change.ended(wanted, now=NOON)


def test_tags_are_added_once_and_taken_away_and_the_others_keep_their_order() -> None:
    lead = facts(tags=("甲", "乙", "丙"))
    assert tagged(lead, add=("丁", "甲"), remove=("乙",)).tags == ("甲", "丙", "丁")
    assert tagged(lead).tags == lead.tags


def test_nobody_gets_more_tags_than_anybody_may_enter() -> None:
    full = facts(tags=tuple(map(str, range(MOST_TAGS))))
    with pytest.raises(LeadTagsTooMany):
        tagged(full, add=("新",))
    assert len(tagged(full, add=("新",), remove=("0",)).tags) == MOST_TAGS
