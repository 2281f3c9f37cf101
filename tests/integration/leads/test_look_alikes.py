"""Leads that resemble won customers are found, with reasons that add up, as far as one sees them (相似客户)."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from google.type.money_pb2 import Money
from millrace.leads.v1 import lead_look_alike_service_pb2 as contract
from millrace.leads.v1 import lead_pb2
from millrace.leads.v1.lead_look_alike_service_pb2_grpc import LeadLookAlikeServiceStub
from millrace.pipeline.v1 import opportunity_events_pb2 as events

from chassis.consumer import Event
from chassis.consumer.applying import Applier
from chassis.principal import Scope
from services.leads.__main__ import DEFINITION, subscriptions
from services.leads.application.resembling import COMPARE_STOCK
from tests.integration.leads.conftest import ANNA, BO, CHEN, LeadsHouse
from tests.integration.leads.history import act, convert, tell, tell_lead
from tests.integration.leads.importing import Importing
from tests.support.clock import NOON, FixedClock

ALIKE = {"employee_count": 100, "budget_min": Money(currency_code="CNY", units=100_000)}
OTHER = {"industry": "retail", "employee_count": 9000}


async def _no_history(*_: object) -> AsyncIterator[Event]:
    none: tuple[Event, ...] = ()
    for event in none:
        yield event


async def pipeline_tells(
    house: LeadsHouse, lead: lead_pb2.Lead, *, version: int = 1, state: Any = events.OPPORTUNITY_STATE_WON
) -> None:
    """What pipeline says of the opportunity that came of a lead."""
    told = events.OpportunitySnapshot(name=f"opportunities/{lead.name.partition('/')[2]}", lead=lead.name, state=state)
    if state == events.OPPORTUNITY_STATE_WON:
        told.close_time.FromDatetime(house.parts.clock.now())
    message = events.OpportunityWon(opportunity=told)
    event = Event(
        id=str(uuid4()),
        subject="millrace.pipeline.v1.opportunity.won",
        type=message.DESCRIPTOR.full_name,
        aggregate=told.name,
        version=version,
        time=NOON,
        payload=message.SerializeToString(),
        message=message,
    )
    following = next(each for each in subscriptions(house.parts) if each.name == "leads-opportunities")
    applier = Applier(following, engine=house.engine, history=_no_history, clock=house.clock)
    await applier.apply([event], place=None)


async def win(house: LeadsHouse, number: int, **facts: Any) -> lead_pb2.Lead:
    lead = await tell_lead(house, number, **facts)
    await convert(house, lead)
    await pipeline_tells(house, lead)
    return lead


async def compare(house: LeadsHouse, clock: FixedClock) -> None:
    """Let the round begin, pause, and walk."""
    for _ in range(2):
        for sweep in DEFINITION.sweeps(house.parts):
            if sweep.name == COMPARE_STOCK:
                async with house.engine.connect() as connection:
                    await sweep.run(connection, clock.now())
        clock.travel(minutes=2)


async def look_alikes(house: LeadsHouse, caller: Any = None, **wanted: Any) -> list[contract.LeadLookAlike]:
    stub: Any = LeadLookAlikeServiceStub(house.channel)
    request = contract.ListLeadLookAlikesRequest(**wanted)
    answer = await stub.ListLeadLookAlikes(request, **(caller or house.boss))
    return list(answer.lead_look_alikes)


@pytest.fixture
async def won(house: LeadsHouse) -> list[lead_pb2.Lead]:
    """Three customers who were leads and were won."""
    await house.hire(ANNA)
    return [await win(house, number, **ALIKE) for number in range(3)]


async def test_leads_that_resemble_won_customers_are_listed_with_reasons_that_add_up(
    house: LeadsHouse, clock: FixedClock, won: list[lead_pb2.Lead]
) -> None:
    near, far = await tell_lead(house, 10, **ALIKE), await tell_lead(house, 11, **OTHER)
    await tell(house, act(near, "e1", time=clock.now()))
    await compare(house, clock)
    first, second = await look_alikes(house)
    assert (first.lead, second.lead) == (near.name, far.name)
    assert first.score == sum(int(reason.parameters["points"]) for reason in first.reasons) == 85
    assert [reason.code for reason in first.reasons] == [
        "LIKENESS_INDUSTRY",
        "LIKENESS_SIZE",
        "LIKENESS_BUDGET",
        "LIKENESS_REGION",
    ]
    assert (first.like, first.like_company_name, first.alike_count) == (won[-1].name, "第2号", 3)
    assert [each.lead for each in await look_alikes(house, filter="score >= 60")] == [near.name]


async def test_below_three_won_customers_nothing_is_said(house: LeadsHouse, clock: FixedClock) -> None:
    await win(house, 0, **ALIKE)
    await win(house, 1, **ALIKE)
    await tell_lead(house, 10, **ALIKE)
    await compare(house, clock)
    assert await look_alikes(house) == []


async def test_an_opportunity_that_is_open_again_is_won_no_more_and_an_old_event_changes_nothing(
    house: LeadsHouse, clock: FixedClock, won: list[lead_pb2.Lead]
) -> None:
    near = await tell_lead(house, 10, **ALIKE)
    await pipeline_tells(house, won[2], version=2, state=events.OPPORTUNITY_STATE_OPEN)
    await pipeline_tells(house, won[2], version=1)
    await compare(house, clock)
    assert await look_alikes(house) == []
    await pipeline_tells(house, won[2], version=3)
    await compare(house, clock)
    assert [each.lead for each in await look_alikes(house)] == [near.name]


async def test_whoever_was_converted_or_taken_back_is_no_look_alike_any_more(
    house: LeadsHouse, clock: FixedClock, won: list[lead_pb2.Lead]
) -> None:
    files = Importing(house, clock)
    converted = await tell_lead(house, 10, **ALIKE)
    done = await files.take("第九十号科技,张三,13900139001,,10万")
    await compare(house, clock)
    assert len(await look_alikes(house)) == 2
    await convert(house, converted)
    await files.undo(done)
    assert await look_alikes(house) == []


async def test_each_day_the_stock_is_compared_anew(
    house: LeadsHouse, clock: FixedClock, won: list[lead_pb2.Lead]
) -> None:
    await compare(house, clock)
    await tell_lead(house, 10, **ALIKE)
    await compare(house, clock)
    assert await look_alikes(house) == []
    clock.travel(days=1)
    await compare(house, clock)
    assert len(await look_alikes(house)) == 1


async def test_one_sees_the_look_alikes_one_sees_and_the_customer_only_where_one_sees_him(
    house: LeadsHouse, clock: FixedClock, won: list[lead_pb2.Lead]
) -> None:
    await house.hire(BO, capacity=0)
    await tell_lead(house, 10, **ALIKE)
    await house.hire(CHEN)
    for number in range(20, 24):
        await tell_lead(house, number, **ALIKE)
    await compare(house, clock)
    assert len(await look_alikes(house)) == 5
    hers = await look_alikes(house, house.as_member(CHEN, Scope.OWN))
    assert {each.owner for each in hers} == {f"members/{CHEN}"}
    assert {(each.like, each.like_company_name) for each in hers} == {("", "")}
    assert await look_alikes(house, house.as_member(UUID(int=77), Scope.OWN)) == []


async def test_what_the_budget_adds_is_hidden_from_whoever_may_not_see_money(
    house: LeadsHouse, clock: FixedClock, won: list[lead_pb2.Lead]
) -> None:
    await tell_lead(house, 10, **ALIKE)
    await compare(house, clock)
    (blind,) = await look_alikes(house, house.as_member(CHEN, Scope.ALL, may=("leads.read",)))
    assert "LIKENESS_BUDGET" not in [reason.code for reason in blind.reasons]
    assert not any("100,000" in reason.text for reason in blind.reasons)
