"""A merge is undone: every lead is what it was, but for what was changed since (撤销合并)."""

import asyncio
from typing import Any

import grpc
import pytest
from google.type.money_pb2 import Money
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from millrace.leads.v1 import lead_merge_service_pb2 as contract
from millrace.leads.v1 import lead_pb2
from sqlalchemy import text

from chassis.principal import Scope
from tests.integration.leads.conftest import ANNA, BO, LeadsHouse
from tests.integration.leads.merges import Merging, lasting
from tests.support.clock import FixedClock

PHONES = ("13905711111", "13905712222", "13905713333", "13905714444")
edits = st.fixed_dictionaries(
    {},
    optional={
        "need": st.sampled_from(["", "一套", "两套"]),
        "employee_count": st.integers(0, 3),
        "urgency": st.sampled_from([lead_pb2.URGENCY_HIGH, lead_pb2.URGENCY_LOW]),
        "tags": st.lists(st.sampled_from(["甲", "乙", "丙"]), unique=True),
        "custom": st.dictionaries(st.sampled_from(["k1", "k2"]), st.sampled_from(["x", "y"])),
        "budget_max": st.integers(1, 3).map(lambda units: Money(currency_code="CNY", units=units)),
    },
)


@pytest.fixture
def desk(house: LeadsHouse) -> Merging:
    return Merging(house)


async def refused(asking: Any) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await asking
    return refusal.value.code(), str(refusal.value.details())


@given(told=st.lists(edits, min_size=2, max_size=4), since=edits, newest=st.booleans())
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
async def test_after_undo_every_lead_is_what_it_was_but_for_what_was_changed_since(
    house: LeadsHouse, clock: FixedClock, told: list[dict[str, Any]], since: dict[str, Any], newest: bool
) -> None:
    desk = Merging(house)
    clock.travel(minutes=1)
    told = [{**each, "company_name": f"{len(PHONES)}号{place}"} for place, each in enumerate(told)]
    leads = [await desk.create(phone=PHONES[place], contact_name="王芳", **each) for place, each in enumerate(told)]
    leads = [lead for place, lead in enumerate(leads) if lead.name not in {each.name for each in leads[:place]}]
    if len(leads) < 2:
        return
    before = [await desk.read(lead) for lead in leads]
    preference = contract.LEAD_MERGE_PREFERENCE_NEWEST if newest else contract.LEAD_MERGE_PREFERENCE_SURVIVOR
    done = await desk.merge(leads[0], *leads[1:], preference=preference)
    merged = await desk.read(leads[0])
    clock.travel(minutes=1)
    edited = await desk.update(leads[0], **since) if since else merged
    await desk.undo(done)
    after = [await desk.read(lead) for lead in leads]
    assert [lasting(lead) for lead in after[1:]] == [lasting(lead) for lead in before[1:]]
    for name in ("need", "employee_count", "urgency", "phone", "company_name", "contact_name", "budget_max"):
        changed = getattr(edited, name) != getattr(merged, name)
        assert getattr(after[0], name) == getattr(edited if changed else before[0], name), name
    if not since:
        assert lasting(after[0]) == lasting(before[0])
    for lead in leads:
        await forget(house, lead)


async def forget(house: LeadsHouse, lead: lead_pb2.Lead) -> None:
    """Take a lead out of the way of the next example."""
    async with house.engine.begin() as connection:
        await connection.execute(text("delete from lead_identities where lead = :lead"), {"lead": lead.name[6:]})


async def test_leads_are_found_each_by_its_own_again(desk: Merging) -> None:
    survivor = await desk.create(phone=PHONES[0], contact_name="王芳")
    other = await desk.create(company_name="云帆设备", phone=PHONES[1], contact_name="李敏")
    done = await desk.merge(survivor, other)
    since = await desk.create(company_name="云帆设备", phone=PHONES[1], contact_name="李敏", need="二")
    assert since.name == survivor.name
    await desk.undo(done)
    again = await desk.create(company_name="云帆设备", phone=PHONES[1], contact_name="李敏")
    assert (again.name, again.touch_count) == (other.name, 2)
    assert (await desk.read(survivor)).touch_count == 2, "the contact that was made meanwhile stays where it was told"
    assert await desk.listed() == {survivor.name, other.name}


async def test_what_a_contact_told_since_stays(desk: Merging, clock: FixedClock) -> None:
    survivor = await desk.create(phone=PHONES[0], contact_name="王芳")
    other = await desk.create(company_name="云帆设备", phone=PHONES[1], budget_max=Money(currency_code="CNY", units=9))
    done = await desk.merge(survivor, other)
    clock.travel(minutes=1)
    await desk.create(phone=PHONES[0], contact_name="王芳", budget_max=Money(currency_code="CNY", units=5))
    assert (await desk.read(survivor)).budget_max.units == 9
    await desk.undo(done)
    assert (await desk.read(survivor)).budget_max.units == 5


async def test_merges_in_a_row_are_undone_the_last_first(desk: Merging) -> None:
    leads = [await desk.create(phone=phone) for phone in PHONES[:3]]
    before = [lasting(await desk.read(lead)) for lead in leads]
    first = await desk.merge(leads[0], leads[1])
    second = await desk.merge(leads[0], leads[2])
    code, words = await refused(desk.undo(first))
    assert code is grpc.StatusCode.FAILED_PRECONDITION
    assert words == f"A later merge into this lead stands; undo that one first: {second.name}"
    await desk.undo(second)
    await desk.undo(first)
    assert [lasting(await desk.read(lead)) for lead in leads] == before


async def test_a_merge_into_a_lead_that_was_merged_further_is_undone_after_that_one(desk: Merging) -> None:
    first = await desk.create(phone=PHONES[0], contact_name="王芳")
    second, third = await desk.create(phone=PHONES[1]), await desk.create(phone=PHONES[2])
    inner, outer = await desk.merge(second, first), await desk.merge(third, second)
    assert (await refused(desk.undo(inner)))[1].startswith(f"This lead was merged into {third.name}")
    await desk.undo(outer)
    assert (await desk.create(phone=PHONES[0], contact_name="王芳")).name == second.name
    await desk.undo(inner)
    assert (await desk.create(phone=PHONES[0], contact_name="王芳")).name == first.name


async def test_a_merge_can_be_undone_for_thirty_days(desk: Merging, clock: FixedClock) -> None:
    survivor, other = await desk.create(phone=PHONES[0]), await desk.create(phone=PHONES[1])
    done = await desk.merge(survivor, other)
    again = await desk.merge(survivor, await desk.create(phone=PHONES[2]))
    clock.travel(days=30)
    await desk.undo(again)
    clock.travel(seconds=1)
    code, words = await refused(desk.undo(done))
    assert code is grpc.StatusCode.FAILED_PRECONDITION
    assert words.startswith("This merge could be undone until 2026-04-01")


async def test_a_merge_is_undone_once(desk: Merging) -> None:
    survivor, other = await desk.create(phone=PHONES[0]), await desk.create(phone=PHONES[1])
    done = await desk.merge(survivor, other)
    outcomes = await asyncio.gather(desk.undo(done), desk.undo(done), return_exceptions=True)
    assert sum(isinstance(each, contract.LeadMerge) for each in outcomes) == 1
    assert (await refused(desk.undo(done)))[1] == "tester has undone this merge already"
    (kept,) = await desk.merges_of(survivor)
    assert (kept.undo_author_display_name, list(kept.leads)) == ("tester", [])


async def test_whoever_undoes_may_change_all_of_them_and_has_seen_the_survivor(
    desk: Merging, house: LeadsHouse
) -> None:
    await house.hire(ANNA, capacity=1)
    survivor = await desk.create(phone=PHONES[0])
    await house.hire(BO)
    other = await desk.create(phone=PHONES[1])
    done = await desk.merge(survivor, other)
    assert (await refused(desk.undo(done, etag="1")))[0] is grpc.StatusCode.ABORTED
    for member in (ANNA, BO):
        code, _ = await refused(desk.undo(done, caller=house.as_member(member, Scope.OWN)))
        assert code is grpc.StatusCode.NOT_FOUND
    await desk.undo(done, etag=(await desk.read(survivor)).etag)


async def test_a_merge_that_is_not_there_is_not_found(desk: Merging) -> None:
    survivor, other = await desk.create(phone=PHONES[0]), await desk.create(phone=PHONES[1])
    done = await desk.merge(survivor, other)
    elsewhere = contract.LeadMerge(name=done.name.replace(survivor.name, other.name))
    assert (await refused(desk.undo(elsewhere)))[0] is grpc.StatusCode.NOT_FOUND
