"""Behaviour of the people behind leads, told by API (行为事件)."""

from datetime import timedelta
from typing import Any

import grpc
import pytest
from millrace.leads.v1 import lead_behaviour_service_pb2 as behaviour
from millrace.leads.v1.lead_behaviour_service_pb2 import ListLeadBehavioursRequest
from millrace.leads.v1.lead_behaviour_service_pb2_grpc import LeadBehaviourServiceStub
from millrace.leads.v1.lead_privacy_service_pb2 import EraseLeadPersonRequest
from millrace.leads.v1.lead_privacy_service_pb2_grpc import LeadPrivacyServiceStub

from chassis.principal import Scope
from tests.integration.leads.conftest import ANNA, LeadsHouse
from tests.integration.leads.history import YEARS, act, tell, tell_lead
from tests.support.clock import FixedClock


async def behaviours(house: LeadsHouse, lead: Any, **wanted: Any) -> list[behaviour.LeadBehaviour]:
    request = ListLeadBehavioursRequest(parent=lead.name, **wanted)
    answer = await LeadBehaviourServiceStub(house.channel).ListLeadBehaviours(request, **house.boss)
    return list(answer.lead_behaviours)


async def test_what_people_did_is_listed_the_latest_first(house: LeadsHouse, clock: FixedClock) -> None:
    lead, now = await tell_lead(house, 1), clock.now()
    opened = behaviour.LEAD_BEHAVIOUR_KIND_MAIL_OPEN
    taken = await tell(house, act(lead, "1", time=now - timedelta(days=1)), act(lead, "2", time=now, kind=opened))
    assert (taken.created, taken.known) == (2, 0)
    assert [(each.event_id, each.kind) for each in await behaviours(house, lead)] == [
        ("2", opened),
        ("1", behaviour.LEAD_BEHAVIOUR_KIND_PAGE_VISIT),
    ]
    only = await behaviours(house, lead, filter="kind = LEAD_BEHAVIOUR_KIND_MAIL_OPEN")
    assert [each.event_id for each in only] == ["2"]


async def test_an_event_told_again_by_its_sender_stays_as_it_was(house: LeadsHouse, clock: FixedClock) -> None:
    lead, now = await tell_lead(house, 1), clock.now()
    await tell(house, act(lead, "1", time=now, asset="/prices"))
    again = await tell(
        house, act(lead, "1", time=now, asset="/other"), act(lead, "2", time=now), act(lead, "2", time=now)
    )
    assert (again.created, again.known) == (1, 2)
    assert {each.event_id: each.asset for each in await behaviours(house, lead)} == {"1": "/prices", "2": ""}


async def test_two_senders_may_use_the_same_event_id(house: LeadsHouse, clock: FixedClock) -> None:
    lead = await tell_lead(house, 1)
    await tell(house, act(lead, "1", time=clock.now()))
    taken = await tell(house, act(lead, "1", time=clock.now()), caller=house.as_member(ANNA, Scope.ALL))
    assert taken.created == 1


async def test_nobody_tells_of_a_lead_he_may_not_change(house: LeadsHouse, clock: FixedClock) -> None:
    lead, mine = await tell_lead(house, 1), await tell_lead(house, 2)
    stranger = house.as_member(ANNA, Scope.OWN)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await tell(house, act(mine, "1", time=clock.now()), act(lead, "2", time=clock.now()), caller=stranger)
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND
    assert await behaviours(house, lead) == []


async def test_what_did_not_happen_yet_or_long_ago_is_refused_and_nothing_of_the_batch_kept(
    house: LeadsHouse, clock: FixedClock
) -> None:
    lead, now = await tell_lead(house, 1), clock.now()
    for time in (now + timedelta(minutes=2), now - YEARS):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await tell(house, act(lead, "1", time=now), act(lead, "2", time=time))
        assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert await behaviours(house, lead) == []


async def test_what_a_link_carries_behind_its_path_is_not_kept(house: LeadsHouse, clock: FixedClock) -> None:
    lead = await tell_lead(house, 1)
    await tell(house, act(lead, "1", time=clock.now(), asset="/prices?mail=wang@yunfan.example#top"))
    assert [each.asset for each in await behaviours(house, lead)] == ["/prices"]


async def test_an_unknown_campaign_is_refused(house: LeadsHouse, clock: FixedClock) -> None:
    lead = await tell_lead(house, 1)
    with pytest.raises(grpc.aio.AioRpcError):
        await tell(house, act(lead, "1", time=clock.now(), campaign=f"campaigns/{ANNA}"))


async def test_what_an_erased_person_did_is_erased_too(house: LeadsHouse, clock: FixedClock) -> None:
    lead = await tell_lead(house, 1)
    await tell(house, act(lead, "1", time=clock.now()))
    request = EraseLeadPersonRequest(name=lead.name, reason="本人要求")
    await LeadPrivacyServiceStub(house.channel).EraseLeadPerson(request, **house.boss)
    assert await behaviours(house, lead) == []
