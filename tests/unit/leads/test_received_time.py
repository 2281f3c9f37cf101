"""When a customer made contact, beside when the record was made."""

from datetime import timedelta

import pytest

from services.leads.domain.facts import LeadReceivedInFuture
from services.leads.domain.lead import FindingKeys, LeadUpdated
from tests.unit.leads.builders import NOON, a_lead, facts

LAST_YEAR = NOON - timedelta(days=400)


def test_a_lead_is_received_when_the_customer_made_contact() -> None:
    lead = a_lead(received_time=LAST_YEAR)
    assert (lead.facts.received_time, lead.create_time) == (LAST_YEAR, NOON)


def test_a_lead_without_a_received_time_is_received_when_it_is_made() -> None:
    assert a_lead().facts.received_time == NOON


@pytest.mark.parametrize("ahead", [timedelta(days=-4000), timedelta(0), timedelta(seconds=60)])
def test_a_received_time_may_be_ahead_by_the_minute_that_clocks_differ(ahead: timedelta) -> None:
    facts(received_time=NOON + ahead).check_received(now=NOON)


def test_a_received_time_in_the_future_is_refused_by_its_field() -> None:
    with pytest.raises(LeadReceivedInFuture) as refusal:
        facts(received_time=NOON + timedelta(seconds=61)).check_received(now=NOON)
    assert refusal.value.field == "lead.received_time"


def test_a_touch_keeps_when_the_lead_was_received() -> None:
    known = a_lead(received_time=LAST_YEAR)
    for told in (facts(received_time=NOON), facts(received_time=LAST_YEAR - timedelta(days=1)), facts()):
        assert known.touched(facts=told, now=NOON).aggregate.facts.received_time == LAST_YEAR


def test_a_received_time_can_be_corrected() -> None:
    change = a_lead().updated(facts=facts(received_time=LAST_YEAR), keys=FindingKeys(), now=NOON)
    assert change.events == (LeadUpdated(("received_time",)),)
    assert change.aggregate.facts.received_time == LAST_YEAR


def test_a_received_time_taken_back_is_that_of_the_record() -> None:
    later = NOON + timedelta(days=1)
    change = a_lead(received_time=LAST_YEAR).updated(facts=facts(), keys=FindingKeys(), now=later)
    assert change.aggregate.facts.received_time == NOON
