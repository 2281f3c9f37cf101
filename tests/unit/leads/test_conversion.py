"""What can happen to a lead on its way to a customer (线索转化)."""

from dataclasses import replace
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
from services.leads.domain.lead import Lead
from services.leads.domain.lead_state import LeadState
from services.leads.rpc.conversion_job import in_one_line
from services.leads.storage.conversions import conversion_from_json, conversion_to_json
from tests.unit.leads.builders import ANNA, BO, NOON, a_lead
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
    back = conversion_refused(lead, Reason("CONVERSION_NOT_ALLOWED"), now=NOON).aggregate
    assert (back.state, conversion_of(back).error) == (state, Reason("CONVERSION_NOT_ALLOWED"))
    again = begun(back)
    assert conversion_of(again).error is None


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
    back = conversion_refused(begun(a_lead()), Reason("CONVERSION_REFUSED", {"reason": "X"}), now=NOON).aggregate
    assert conversion_from_json(conversion_to_json(back.conversion)) == back.conversion


def test_an_address_reads_from_the_largest_part_to_the_smallest() -> None:
    address = Address(province="浙江省", city="杭州市", district="西湖区", line_1="文三路", street_number="478号")
    assert in_one_line(address) == "浙江省 杭州市 西湖区 文三路 478号"
