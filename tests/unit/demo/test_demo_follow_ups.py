"""What is done about the demo company's leads: most customers are answered, the same ones each time."""

from millrace.leads.v1 import lead_follow_up_pb2 as contract

from deploy.local.demo.business.cases import is_sold_on
from deploy.local.demo.follow_ups import demo_follow_ups

LEADS = [f"leads/{number}" for number in range(1000)]


def test_whoever_became_a_customer_was_answered() -> None:
    reached = {
        number
        for number, told in demo_follow_ups(LEADS, first=0)
        if told.outcome == contract.LEAD_FOLLOW_UP_OUTCOME_REACHED
    }
    assert {number for number in range(1000) if is_sold_on(number)} <= reached
    assert 500 < len(reached) < 800, "some were never answered, so that there is something to see"


def test_the_same_is_done_each_time_and_nothing_about_a_lead_that_was_refused() -> None:
    done = list(demo_follow_ups(LEADS, first=0))
    assert done == list(demo_follow_ups(LEADS, first=0))
    assert list(demo_follow_ups([""], first=done[0][0])) == []
    assert all(told.note for _, told in done)
