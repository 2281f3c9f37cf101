"""Rules of recycling (回收规则): edited, they move what is due, and tried out they tell how much that would be."""

from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.json_format import MessageToDict
from millrace.leads.v1 import lead_pb2
from millrace.leads.v1.lead_rule_set_service_pb2 import GetLeadRuleSetRequest
from millrace.leads.v1.lead_rule_set_service_pb2_grpc import LeadRuleSetServiceStub
from sqlalchemy import update

from services.leads.application.recycling import BY_NEW_LIMITS
from services.leads.storage.metadata import ORGANIZATION
from tests.integration.leads.conftest import ANNA, LeadsHouse
from tests.integration.leads.pooling import body, edit_rules, kinds, notices, rehearse, round_over, swept
from tests.integration.leads.responding import create, events, follow_up, open_office, read
from tests.support.clock import NOON, FixedClock

# As shipped an A falls back after five working days: Monday's at the end of next Monday.
END = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)


def due(lead: lead_pb2.Lead) -> datetime:
    return lead.recycling.due_time.ToDatetime(UTC)


async def test_new_limits_move_the_day_of_every_lead_somebody_owns(house: LeadsHouse, clock: FixedClock) -> None:
    await open_office(house)
    await house.hire(ANNA)
    lead = await create(house)
    await round_over(house, clock, BY_NEW_LIMITS.name)
    await edit_rules(house, body({"A": {"idle": 7}}))
    await round_over(house, clock, BY_NEW_LIMITS.name)
    after = await read(house, lead)
    assert (due(after), after.recycling.rules_version) == (END + timedelta(days=2), 1)
    holiday = [{"date": "2026-03-05", "working": False}]
    await house.organize(update(ORGANIZATION.calendars).values(special_days=holiday, version=2))
    await round_over(house, clock, BY_NEW_LIMITS.name)
    assert due(await read(house, lead)) == END + timedelta(days=3)
    names = [name for name, _ in await events(house, lead)]
    assert names == ["LeadCreated", "LeadRecyclingRescheduled", "LeadRecyclingRescheduled"]


async def test_what_is_tried_out_is_what_comes_true(house: LeadsHouse, clock: FixedClock) -> None:
    await open_office(house)
    await house.hire(ANNA)
    leads = []
    for number in range(6):
        leads.append(await create(house, number))
        clock.travel(days=1)
    await follow_up(house, leads[0], note="谈了报价")
    clock.instant = NOON + timedelta(days=8)
    await swept(house, clock)  # Tuesday noon: the owner of last Tuesday's lead is warned
    told_already = await kinds(house)
    wanted = body({"A": {"idle": 2, "warn": 1}})
    foreseen = (await rehearse(house, wanted))[lead_pb2.GRADE_A]
    assert foreseen[0] == 6
    assert foreseen[1][2] == 0, "by the rules in force nothing falls back now"
    assert await kinds(house) == told_already, "to try out changes nothing"
    await edit_rules(house, wanted)
    await round_over(house, clock, BY_NEW_LIMITS.name)
    while await swept(house, clock):
        pass
    fallen = await notices(house, filter="kind = LEAD_RECYCLING_NOTICE_KIND_RECYCLED")
    warned = {each.lead for each in await notices(house, filter="kind = LEAD_RECYCLING_NOTICE_KIND_WARNED")}
    assert len(fallen) == foreseen[2][2] > 0
    assert sum(each.lead in warned for each in fallen) == foreseen[2][3] > 0


@pytest.mark.parametrize(
    "grades", [{"A": {}}, {"A": {"idle": 3, "warn": 3}}, {"A": {"idle": 0}}, {"E": {"idle": 3}}, {"A": {"idel": 3}}]
)
async def test_rules_that_cannot_be_kept_are_refused_when_they_are_tried_out(
    house: LeadsHouse, grades: dict[str, dict[str, int]]
) -> None:
    with pytest.raises(Exception, match="grades"):
        await rehearse(house, body(grades))


async def test_the_rules_of_recycling_are_a_rule_set_like_the_others(house: LeadsHouse) -> None:
    stub = LeadRuleSetServiceStub(house.channel)
    shipped = await stub.GetLeadRuleSet(GetLeadRuleSetRequest(name="leadRuleSets/recycling"), **house.boss)
    told_body = MessageToDict(shipped.body)
    assert (shipped.etag, told_body["grades"]["A"]) == ("0", {"idle": 5.0, "unconverted": 40.0, "warn": 1.0})
    await edit_rules(house, shipped.body)
