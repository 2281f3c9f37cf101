"""A list leaves out leads that are not worth selling to, unless its filter asks for states."""

import pytest

from chassis.listing import FilterInvalid, PageRequest
from chassis.listing.filters import parse_filter
from services.leads.application.reading import unless_asked
from services.leads.storage.lead_listing import check_list

WORTH_IT = "state != LEAD_STATE_DISQUALIFIED"


def asked(text: str) -> str:
    wanted = PageRequest(size=0, token="", filter=text, order_by="", method="", principal="", key=b"")
    return unless_asked(wanted).filter


@pytest.mark.parametrize(
    "text", ["", "grade = GRADE_A", 'grade = GRADE_A OR tags : "x"', "NOT owner:*", "(touch_count > 1)"]
)
def test_whatever_a_filter_says_holds_beside_it(text: str) -> None:
    whole = asked(text)
    alone = f"({text}) AND {WORTH_IT}" if text else WORTH_IT
    assert parse_filter(whole) == parse_filter(alone)
    check_list(condition=whole, order_by="")


@pytest.mark.parametrize("text", ["state = LEAD_STATE_DISQUALIFIED", "grade = GRADE_A AND NOT state = LEAD_STATE_NEW"])
def test_a_filter_that_speaks_of_states_gets_what_it_asks_for(text: str) -> None:
    assert asked(text) == text


@pytest.mark.parametrize("text", ["grade =", "(grade = GRADE_A", "grade = GRADE_A AND"])
def test_a_filter_that_breaks_off_is_told_where_it_does(text: str) -> None:
    with pytest.raises(FilterInvalid) as refusal:
        asked(text)
    assert "state" not in refusal.value.near
