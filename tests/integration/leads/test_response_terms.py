"""Rules of the first response: edited, they move what is due, and tried out they tell how much that would be."""

from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from millrace.leads.v1 import lead_pb2
from millrace.leads.v1.lead_response_service_pb2 import RehearseLeadResponseRulesRequest
from millrace.leads.v1.lead_response_service_pb2_grpc import LeadResponseServiceStub
from millrace.leads.v1.lead_rule_set_pb2 import LeadRuleSet
from millrace.leads.v1.lead_rule_set_service_pb2 import UpdateLeadRuleSetRequest
from millrace.leads.v1.lead_rule_set_service_pb2_grpc import LeadRuleSetServiceStub
from sqlalchemy import update

from services.leads.__main__ import DEFINITION
from services.leads.storage.metadata import ORGANIZATION
from tests.integration.leads.conftest import ANNA, LeadsHouse
from tests.integration.leads.responding import create, events, follow_up, kinds, listed, open_office, read
from tests.support.clock import NOON, FixedClock

# Monday 13:00 in Shanghai, when the office is open again after the break that NOON falls into.
AFTER_LUNCH = NOON + timedelta(hours=1)
SHIPPED: dict[str, Any] = {
    "answered_by": ["reached", "message_left"],
    "told_within_minutes": 1440,
    "reassign_at_most": 2,
    "grades": {"A": {"warn": 30, "due": 60, "escalate": 120, "reassign": 480}},
}


def due(lead: lead_pb2.Lead) -> datetime:
    return lead.response.due_time.ToDatetime(UTC)


async def edit(house: LeadsHouse, etag: str = "0", **grades: Any) -> None:
    body = ParseDict(SHIPPED | {"grades": grades}, Struct())
    request = UpdateLeadRuleSetRequest(lead_rule_set=LeadRuleSet(name="leadRuleSets/response", etag=etag, body=body))
    await LeadRuleSetServiceStub(house.channel).UpdateLeadRuleSet(request, **house.boss)


async def swept_terms(house: LeadsHouse, clock: FixedClock) -> None:
    """The round over leads nobody answered: it takes up its goal, waits a minute, and goes over them twice."""
    (each,) = (each for each in DEFINITION.sweeps(house.parts) if each.name == "reschedule responses")
    for _ in range(3):
        async with house.engine.connect() as connection:
            await each.run(connection, clock.now())
        clock.travel(minutes=1)


async def test_new_rules_and_new_hours_move_the_deadline_of_every_lead_nobody_answered(
    house: LeadsHouse, clock: FixedClock
) -> None:
    await open_office(house)
    await house.hire(ANNA)
    open_lead, answered = await create(house, 1), await create(house, 2)
    await follow_up(house, answered)
    await swept_terms(house, clock)
    await edit(house, A={"due": 90})
    await swept_terms(house, clock)
    assert due(await read(house, open_lead)) == AFTER_LUNCH + timedelta(minutes=90)
    assert due(await read(house, answered)) == AFTER_LUNCH + timedelta(minutes=60)
    holiday = [{"date": "2026-03-02", "working": False}]
    await house.organize(update(ORGANIZATION.calendars).values(special_days=holiday, version=2))
    await swept_terms(house, clock)
    assert due(await read(house, open_lead)) == datetime(2026, 3, 3, 2, 30, tzinfo=UTC)
    names = [name for name, _ in await events(house, open_lead)]
    assert names == ["LeadCreated", "LeadResponseRescheduled", "LeadResponseRescheduled"]


async def rehearse(house: LeadsHouse, **grades: Any) -> dict[Any, tuple[int, tuple[int, ...], tuple[int, ...]]]:
    request = RehearseLeadResponseRulesRequest(body=ParseDict(SHIPPED | {"grades": grades}, Struct()))
    answer = await LeadResponseServiceStub(house.channel).RehearseLeadResponseRules(request, **house.boss)
    return {each.grade: (each.leads, _counts(each.now), _counts(each.then)) for each in answer.grades}


def _counts(counts: Any) -> tuple[int, ...]:
    return counts.with_deadline, counts.warned, counts.overdue, counts.escalated, counts.reassigned


async def test_other_rules_are_tried_out_without_changing_anything(house: LeadsHouse, clock: FixedClock) -> None:
    await open_office(house)
    await house.hire(ANNA)
    for number in range(3):
        await create(house, number)
        clock.travel(hours=1)  # 12:00, 13:00, 14:00
    await create(house, 4, company_name="无时限", phone="13905710004")
    await follow_up(house, await create(house, 5))
    # At 15:00 the first two have waited 120 minutes and the third 60.
    found = await rehearse(house, A={"due": 61}, D={"due": 1})
    assert found[lead_pb2.GRADE_A] == (3, (3, 3, 3, 2, 0), (3, 0, 2, 0, 0))
    assert found[lead_pb2.GRADE_D] == (1, (0, 0, 0, 0, 0), (1, 0, 0, 0, 0))
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await rehearse(house, A={"due": 60, "warn": 61})
    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert await kinds(house) == ["ANSWERED"]


async def test_what_is_tried_out_is_what_comes_true(house: LeadsHouse, clock: FixedClock) -> None:
    await open_office(house)
    await house.hire(ANNA)
    for number in range(6):
        await create(house, number)
        clock.travel(minutes=35)
    foreseen = await rehearse(house, A={"due": 70, "warn": 10, "escalate": 100, "reassign": 2000})
    await edit(house, A={"due": 70, "warn": 10, "escalate": 100, "reassign": 2000})
    at = clock.now()
    await swept_terms(house, clock)
    clock.instant = at
    overdue = await listed(house, filter="response_state = LEAD_RESPONSE_STATE_OVERDUE")
    assert len(overdue) == foreseen[lead_pb2.GRADE_A][2][2] > 0
