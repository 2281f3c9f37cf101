"""Behaviour told by a picture in a page or a mail."""

from typing import Any

import grpc
import pytest
from millrace.leads.v1 import lead_behaviour_service_pb2 as contract
from millrace.leads.v1.lead_behaviour_service_pb2_grpc import LeadBehaviourServiceStub

from chassis.principal import Scope
from tests.integration.leads.conftest import ANNA, LeadsHouse
from tests.integration.leads.history import tell_lead
from tests.support.clock import FixedClock

OPEN = contract.LEAD_BEHAVIOUR_KIND_MAIL_OPEN


async def visitor(house: LeadsHouse, lead: Any, caller: Any = None) -> contract.LeadVisitor:
    stub: Any = LeadBehaviourServiceStub(house.channel)
    request = contract.GetLeadVisitorRequest(name=f"{lead.name}/visitor")
    found: contract.LeadVisitor = await stub.GetLeadVisitor(request, **(caller or house.boss))
    return found


async def show(house: LeadsHouse, token: str, **told: Any) -> Any:
    stub: Any = LeadBehaviourServiceStub(house.channel)
    (part,) = [part async for part in stub.ShowLeadPixel(contract.ShowLeadPixelRequest(visitor=token, **told))]
    return part


async def seen(house: LeadsHouse, lead: Any) -> list[tuple[int, str, str]]:
    stub: Any = LeadBehaviourServiceStub(house.channel)
    page = await stub.ListLeadBehaviours(contract.ListLeadBehavioursRequest(parent=lead.name), **house.boss)
    return [(each.kind, each.asset, each.sender) for each in page.lead_behaviours]


async def test_a_picture_that_is_seen_counts_for_the_lead_of_its_token(house: LeadsHouse) -> None:
    lead = await tell_lead(house, 1)
    found = await visitor(house, lead)
    assert found.pixel_path == f"/v1/pixels/{found.token}"
    picture = await show(house, found.token, kind=OPEN, asset="monthly-news?to=wang")
    assert (picture.content_type, picture.data[:6]) == ("image/gif", b"GIF89a")
    assert await seen(house, lead) == [(OPEN, "monthly-news", "pixel")]


async def test_a_picture_loaded_again_within_the_minute_is_no_second_visit(
    house: LeadsHouse, clock: FixedClock
) -> None:
    lead = await tell_lead(house, 1)
    token = (await visitor(house, lead)).token
    await show(house, token)
    await show(house, token)
    await show(house, token, kind=OPEN)
    assert len(await seen(house, lead)) == 2
    clock.travel(minutes=1)
    await show(house, token)
    assert len(await seen(house, lead)) == 3


async def test_who_has_no_valid_token_sees_the_same_picture_and_is_not_counted(house: LeadsHouse) -> None:
    lead = await tell_lead(house, 1)
    token = (await visitor(house, lead)).token
    assert await show(house, token[:-4] + "AAAA") == await show(house, "nobody") == await show(house, token)
    assert len(await seen(house, lead)) == 1


async def test_a_token_is_told_to_those_who_see_the_lead(house: LeadsHouse) -> None:
    lead = await tell_lead(house, 1)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await visitor(house, lead, house.as_member(ANNA, Scope.OWN))
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND
