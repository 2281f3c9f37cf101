"""Rules of assignment are tried out on what was decided; nothing changes (分配试算)."""

import tomllib
from pathlib import Path
from typing import Any
from uuid import UUID

import grpc
import pytest
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from millrace.leads.v1 import lead_assignment_rehearsal_service_pb2 as contract
from millrace.leads.v1.lead_assignment_rehearsal_service_pb2_grpc import LeadAssignmentRehearsalServiceStub
from millrace.leads.v1.lead_assignment_service_pb2 import AssignLeadRequest
from millrace.leads.v1.lead_assignment_service_pb2_grpc import LeadAssignmentServiceStub
from millrace.leads.v1.lead_rule_set_pb2 import LeadRuleSet
from millrace.leads.v1.lead_rule_set_service_pb2 import UpdateLeadRuleSetRequest
from millrace.leads.v1.lead_rule_set_service_pb2_grpc import LeadRuleSetServiceStub

from chassis.principal import Scope
from tests.integration.leads.conftest import ANNA, BO, CHEN, CHENGDU, WEST, LeadsHouse
from tests.integration.leads.history import tell_lead
from tests.support.clock import FixedClock

SHIPPED = tomllib.loads(Path("services/leads/rules/assignment.toml").read_text(encoding="utf-8"))


async def rehearse(
    house: LeadsHouse, caller: Any = None, *, days: int = 0, **changed: Any
) -> contract.RehearseLeadAssignmentRulesResponse:
    body = ParseDict(SHIPPED | changed, Struct())
    stub: Any = LeadAssignmentRehearsalServiceStub(house.channel)
    request = contract.RehearseLeadAssignmentRulesRequest(body=body, days=days)
    told: contract.RehearseLeadAssignmentRulesResponse = await stub.RehearseLeadAssignmentRules(
        request, **(caller or house.boss)
    )
    return told


def shares(told: contract.RehearseLeadAssignmentRulesResponse) -> dict[str, tuple[int, int]]:
    return {share.display_name: (share.lead_count, share.rehearsed_lead_count) for share in told.shares}


async def edit(house: LeadsHouse, etag: str, **changed: Any) -> None:
    rules = LeadRuleSet(name="leadRuleSets/assignment", etag=etag, body=ParseDict(SHIPPED | changed, Struct()))
    stub: Any = LeadRuleSetServiceStub(house.channel)
    await stub.UpdateLeadRuleSet(UpdateLeadRuleSetRequest(lead_rule_set=rules), **house.boss)


async def a_week(house: LeadsHouse, clock: FixedClock) -> None:
    """Nine leads over three days: a skilled woman gets those of her trade, two colleagues share the others."""
    await house.hire(ANNA, skills=("software",))
    await house.hire(BO)
    await house.hire(CHEN, region=WEST, team=CHENGDU)
    for day in range(3):
        for number in range(3):
            await tell_lead(house, 10 * day + number)
        clock.travel(days=1)


async def test_the_same_rules_give_the_same_owners(house: LeadsHouse, clock: FixedClock) -> None:
    await a_week(house, clock)
    told = await rehearse(house)
    assert (told.decision_count, told.replayed_count, told.not_reconstructed_count) == (9, 9, 0)
    assert (told.differing_count, list(told.differing)) == (0, [])
    assert shares(told) == {f"Member {ANNA.int}": (9, 9)}


async def test_other_rules_tell_who_would_have_got_what_and_why(house: LeadsHouse, clock: FixedClock) -> None:
    await a_week(house, clock)
    told = await rehearse(house, skill_weight=0)
    assert told.differing_count == len(told.differing) > 0
    got = shares(told)
    assert got[f"Member {ANNA.int}"][0] == 9 > got[f"Member {ANNA.int}"][1]
    assert sum(then for _, then in got.values()) == 9
    newest = told.differing[0]
    assert (newest.member, newest.lead[:6]) == (f"members/{ANNA}", "leads/")
    assert newest.rehearsed_member != newest.member
    assert newest.time.ToDatetime() >= told.differing[-1].time.ToDatetime()
    assert "ASSIGNED_SKILL" in [reason.code for reason in newest.reasons]
    assert "ASSIGNED_FAIRNESS" in [reason.code for reason in newest.rehearsed_reasons]


async def test_decisions_are_made_again_by_the_rules_of_their_day(house: LeadsHouse, clock: FixedClock) -> None:
    await a_week(house, clock)
    await edit(house, "0", skill_weight=0)
    for number in range(3):
        await tell_lead(house, 100 + number)
    by_new = await rehearse(house, skill_weight=0)
    assert (by_new.replayed_count, by_new.not_reconstructed_count) == (12, 0)
    by_old = await rehearse(house)
    assert by_old.differing_count > 0, "the three since would have gone by skill"


async def test_only_the_last_days_are_looked_at_and_hand_overs_are_no_decisions(
    house: LeadsHouse, clock: FixedClock
) -> None:
    await a_week(house, clock)
    lead = await tell_lead(house, 200)
    await LeadAssignmentServiceStub(house.channel).AssignLead(
        AssignLeadRequest(name=lead.name, owner=f"members/{BO}"), **house.boss
    )
    assert (await rehearse(house, days=1)).decision_count == 4
    assert (await rehearse(house)).decision_count == 10


async def test_nobody_may_but_administrators_and_leads_they_do_not_see_are_only_counted(
    house: LeadsHouse, clock: FixedClock
) -> None:
    await a_week(house, clock)
    seller = house.as_member(ANNA, Scope.OWN, may=("leads.read", "leads.write"))
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await rehearse(house, seller)
    assert refusal.value.code() is grpc.StatusCode.PERMISSION_DENIED
    elsewhere = house.as_member(UUID(int=77), Scope.OWN, may=("leads.read", "leads.admin"))
    told = await rehearse(house, elsewhere, skill_weight=0)
    assert told.differing_count > 0
    assert list(told.differing) == []


async def test_rules_that_cannot_be_read_are_refused_by_their_place(house: LeadsHouse) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await rehearse(house, recent_days=0)
    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert (await rehearse(house)).decision_count == 0
