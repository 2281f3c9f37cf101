"""Why an opportunity was won is told of a won one, and may be told better."""

from datetime import timedelta

import pytest

from services.pipeline.domain.gates import won
from services.pipeline.domain.opportunity import Opportunity
from services.pipeline.domain.winning import OpportunityNotWon, OpportunityWinNoted, win_noted
from tests.support.clock import NOON
from tests.unit.pipeline.opportunities import AGREED, CONTRACT, STANDARD, an_opportunity

LATER = NOON + timedelta(days=1)


def a_won_one() -> Opportunity:
    return won(an_opportunity(), process=STANDARD, contract=CONTRACT, amount=AGREED, now=NOON).aggregate


def noted(opportunity: Opportunity, reason: str, competitor: str = "", tactics: str = "") -> Opportunity:
    return win_noted(opportunity, reason=reason, competitor=competitor, tactics=tactics, now=LATER).aggregate


def test_why_it_was_won_is_noted_beside_the_contract_it_was_won_by() -> None:
    change = win_noted(a_won_one(), reason="solution", competitor="远帆软件", tactics="低价", now=LATER)
    after = change.aggregate
    assert change.events == (OpportunityWinNoted(),)
    assert (after.outcome.win_reason, after.facts.competitor, after.facts.tactics) == ("solution", "远帆软件", "低价")
    assert (after.outcome.contract, after.outcome.close_time, after.update_time) == (CONTRACT, NOON, LATER)


def test_a_later_note_corrects_and_what_it_does_not_tell_stays() -> None:
    first = noted(a_won_one(), "price", "远帆软件", "低价")
    after = noted(first, "solution", tactics="先做试点")
    assert (after.outcome.win_reason, after.facts.competitor, after.facts.tactics) == (
        "solution",
        "远帆软件",
        "先做试点",
    )


def test_the_same_note_again_is_no_change() -> None:
    first = noted(a_won_one(), "price", "远帆软件")
    assert win_noted(first, reason="price", competitor="", tactics="", now=LATER).events == ()


def test_what_is_open_or_lost_was_not_won() -> None:
    lost = an_opportunity().lost(reason="price", competitor="", tactics="", now=NOON).aggregate
    for opportunity, state in ((an_opportunity(), "open"), (lost, "lost")):
        with pytest.raises(OpportunityNotWon) as refusal:
            noted(opportunity, "price")
        assert refusal.value.state == state
