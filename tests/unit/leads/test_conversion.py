"""What can happen to a lead on its way to a customer (线索转化)."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from services.leads.domain.conversion import (
    LeadCannotConvert,
    LeadConverted,
    LeadConverting,
    LeadWithoutOwner,
    begin_conversion,
    conversion_refused,
    converted,
    is_asked_for_by,
)
from services.leads.domain.conversion_record import Choices, Conversion, Outcome
from services.leads.domain.facts import Address
from services.leads.domain.lead import Grade, Lead, Ownership
from services.leads.domain.lead_state import LeadState
from services.leads.domain.pooling import LeadInPool
from services.leads.rpc.conversion_job import in_one_line
from services.leads.storage.conversions import conversion_from_json, conversion_to_json
from tests.unit.leads.builders import ANNA, BO, NOON, TIMETABLE, a_lead, timetable
from trade.reasons import Reason

JOB = UUID(int=500)
OUTCOME = Outcome(account=UUID(int=501), contact=None, registration=UUID(int=502), opportunity=None, time=NOON)


def begun(lead: Lead) -> Lead:
    change = begin_conversion(lead, choices=Choices(), job=JOB, actor=ANNA, now=NOON)
    assert change.events == (LeadConverting(),)
    return change.aggregate


def conversion_of(lead: Lead) -> Conversion:
    assert lead.conversion is not None
    return lead.conversion


@pytest.mark.parametrize("state", [LeadState.NEW, LeadState.QUALIFIED])
def test_a_refused_lead_goes_back_to_where_it_was(state: LeadState) -> None:
    lead = begun(replace(a_lead(), state=state))
    assert lead.state is LeadState.CONVERTING
    back = conversion_refused(lead, Reason("CONVERSION_NOT_ALLOWED"), timetable=TIMETABLE).aggregate
    assert (back.state, conversion_of(back).error) == (state, Reason("CONVERSION_NOT_ALLOWED"))
    again = begun(back)
    assert conversion_of(again).error is None


def test_the_days_on_which_a_conversion_was_decided_do_not_count_on_the_owners_time() -> None:
    owned = replace(a_lead(), grade=Grade.A).assigned(Ownership(owner=ANNA), timetable=TIMETABLE).aggregate
    until = timetable(NOON + timedelta(days=2))
    back = conversion_refused(begun(owned), Reason("X"), timetable=until).aggregate
    assert owned.recycling is not None
    assert owned.recycling.falls is not None
    assert back.recycling is not None
    assert back.recycling.falls is not None
    # Asked for on Tuesday and refused on Thursday: Wednesday is given back; Tuesday did not count anyway.
    assert back.recycling.falls.due - owned.recycling.falls.due == timedelta(days=1)


def test_what_waits_in_a_pool_is_claimed_before_it_is_converted() -> None:
    with pytest.raises(LeadInPool):
        begun(replace(a_lead(), pool=UUID(int=4)))


@pytest.mark.parametrize("state", [LeadState.DISQUALIFIED, LeadState.CONVERTING, LeadState.CONVERTED])
def test_only_a_lead_somebody_works_is_converted(state: LeadState) -> None:
    with pytest.raises(LeadCannotConvert) as refusal:
        begin_conversion(replace(a_lead(), state=state), choices=Choices(), job=JOB, actor=ANNA, now=NOON)
    assert refusal.value.state == state.value


def test_a_converted_lead_keeps_what_became_of_it() -> None:
    change = converted(begun(a_lead()), OUTCOME)
    assert change.events == (LeadConverted(),)
    assert (change.aggregate.state, conversion_of(change.aggregate).outcome) == (LeadState.CONVERTED, OUTCOME)


def test_only_the_job_of_the_last_attempt_converts() -> None:
    lead = begun(a_lead())
    assert is_asked_for_by(lead, JOB)
    assert not is_asked_for_by(lead, UUID(int=499))
    assert not is_asked_for_by(converted(lead, OUTCOME).aggregate, JOB)


def test_a_lead_of_nobody_needs_a_member_to_convert_it() -> None:
    orphan = replace(a_lead(), owner=None)
    assert conversion_of(begun(orphan)).actor == ANNA
    with pytest.raises(LeadWithoutOwner):
        begin_conversion(orphan, choices=Choices(), job=JOB, actor=None, now=NOON)
    owned = begin_conversion(replace(a_lead(), owner=BO), choices=Choices(), job=JOB, actor=None, now=NOON)
    assert conversion_of(owned.aggregate).actor == BO


def test_a_conversion_lies_in_its_column_as_it_is() -> None:
    lead = converted(begun(a_lead()), OUTCOME).aggregate
    assert conversion_from_json(conversion_to_json(lead.conversion)) == lead.conversion
    refused = Reason("CONVERSION_REFUSED", {"reason": "X"})
    back = conversion_refused(begun(a_lead()), refused, timetable=TIMETABLE).aggregate
    assert conversion_from_json(conversion_to_json(back.conversion)) == back.conversion


def test_an_address_reads_from_the_largest_part_to_the_smallest() -> None:
    address = Address(province="浙江省", city="杭州市", district="西湖区", line_1="文三路", street_number="478号")
    assert in_one_line(address) == "浙江省 杭州市 西湖区 文三路 478号"
