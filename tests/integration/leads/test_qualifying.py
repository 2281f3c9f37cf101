"""Leads are judged (线索甄别): lists, clocks, loads and events follow, and a new contact brings them back."""

from typing import Any
from uuid import UUID

import grpc
import pytest
from google.type.money_pb2 import Money
from millrace.leads.v1 import lead_pb2, lead_qualification_events_pb2
from millrace.leads.v1 import lead_qualification_pb2 as record
from millrace.leads.v1 import lead_qualification_service_pb2 as contract
from millrace.leads.v1 import lead_response_pb2 as response
from sqlalchemy import func, select, update

from chassis.principal import Scope
from services.leads.storage.metadata import ORGANIZATION
from services.leads.storage.tables import LEADS, MEMBER_LOADS
from tests.integration.leads.conftest import ANNA, BO, CHEN, LeadsHouse
from tests.integration.leads.judging import MET, NOT_MET, UNSAID, WITHHELD, Judging
from tests.integration.leads.responding import (
    create,
    events,
    follow_up,
    kinds,
    listed,
    open_office,
    read,
    run_clocks,
    stamp,
)
from tests.support.clock import FixedClock

NEW, QUALIFIED, DISQUALIFIED = lead_pb2.LEAD_STATE_NEW, lead_pb2.LEAD_STATE_QUALIFIED, lead_pb2.LEAD_STATE_DISQUALIFIED


@pytest.fixture
def judging(house: LeadsHouse) -> Judging:
    return Judging(house)


async def load_of(house: LeadsHouse, member: UUID) -> int:
    """How many open leads a member has."""
    total = select(func.coalesce(func.sum(MEMBER_LOADS.c.open_leads), 0)).where(MEMBER_LOADS.c.member == member)
    async with house.engine.connect() as connection:
        return int(await connection.scalar(total) or 0)


async def refusal_of(asking: Any) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await asking
    return refusal.value.code(), refusal.value.details() or ""


def standings(checklist: record.LeadChecklist) -> dict[str, Any]:
    return {item.item: item.standing for item in checklist.items}


async def test_the_checklist_tells_what_people_say_and_what_the_facts_show(house: LeadsHouse, judging: Judging) -> None:
    lead = await create(house, employee_count=50, need="CRM")
    first = await judging.checklist(lead)
    assert standings(first) == {
        "NEED_KNOWN": UNSAID,
        "DECIDES": UNSAID,
        "BUDGET_KNOWN": UNSAID,
        "DECIDES_SOON": UNSAID,
        "SIZE_FITS": MET,
    }
    assert (first.percent, first.fits, first.items[-1].by_facts) == (10, False, True)
    told = await judging.say(lead, "NEED_KNOWN", note="电话确认")
    assert (told.percent, told.items[0].note, told.items[0].author_display_name) == (40, "电话确认", "tester")
    assert told == await judging.checklist(lead)
    assert standings(await judging.say(lead, "SIZE_FITS", NOT_MET))["SIZE_FITS"] == NOT_MET
    assert standings(await judging.say(lead, "SIZE_FITS", UNSAID))["SIZE_FITS"] == MET


async def test_a_lead_is_qualified_when_it_meets_the_checklist_and_not_before(
    house: LeadsHouse, judging: Judging
) -> None:
    lead = await create(house)
    assert await refusal_of(judging.qualify(lead)) == (
        grpc.StatusCode.FAILED_PRECONDITION,
        "Must-haves of the checklist are not met: The need is clear, and our products meet it",
    )
    await judging.say(lead, "NEED_KNOWN")
    judged = await judging.qualify(lead, note="下周拜访")
    assert (judged.state, judged.verdict.note, judged.verdict.reason) == (QUALIFIED, "下周拜访", "")
    assert (await judging.qualify(lead)).etag == judged.etag
    assert [name for name, _ in await events(house, lead)][-2:] == ["LeadChecklistAnswered", "LeadQualified"]


async def test_a_disqualified_lead_says_why_leaves_the_list_and_makes_room_for_its_owner(
    house: LeadsHouse, judging: Judging
) -> None:
    await house.hire(ANNA)
    lead, other = await create(house, 1), await create(house, 2)
    assert await load_of(house, ANNA) == 2
    judged = await judging.disqualify(lead, note="已倒闭")
    assert (judged.state, judged.verdict.reason, judged.verdict.note) == (DISQUALIFIED, "NO_NEED", "已倒闭")
    assert [reason.text for reason in judged.verdict.reasons] == ["Not worth selling to: No need"]
    assert [each.name for each in await listed(house)] == [other.name]
    assert [each.name for each in await listed(house, filter="grade != GRADE_D OR grade = GRADE_D")] == [other.name]
    asked = await listed(house, filter="state = LEAD_STATE_DISQUALIFIED")
    assert [each.name for each in asked] == [lead.name]
    assert await load_of(house, ANNA) == 1
    (_, payload) = (await events(house, lead))[-1]
    told = lead_qualification_events_pb2.LeadDisqualified.FromString(payload)
    assert (told.reason, told.lead.state) == ("NO_NEED", DISQUALIFIED)


async def test_the_clock_of_a_disqualified_lead_comes_to_nothing_and_begins_anew_when_it_is_reopened(
    house: LeadsHouse, judging: Judging, clock: FixedClock
) -> None:
    await open_office(house)
    await house.hire(ANNA)
    lead = await create(house)
    first = (await read(house, lead)).response.due_time
    await judging.disqualify(lead)
    assert (await read(house, lead)).response.state == response.LEAD_RESPONSE_STATE_LEFT
    clock.travel(days=1)
    assert (await run_clocks(house, clock), await kinds(house)) == (0, [])
    opened = await judging.reopen(lead)
    assert (opened.state, opened.HasField("verdict"), await load_of(house, ANNA)) == (NEW, False, 1)
    again = (await read(house, lead)).response
    assert (again.state, again.start_time) == (response.LEAD_RESPONSE_STATE_WAITING, stamp(clock.now()))
    assert again.due_time.seconds - first.seconds == 24 * 3600
    clock.travel(hours=3)
    await run_clocks(house, clock)
    assert "MISSED" in await kinds(house)
    assert (await events(house, lead))[-1][0] != "LeadReopened"


async def test_a_lead_that_was_answered_stays_answered_when_it_is_reopened(house: LeadsHouse, judging: Judging) -> None:
    await open_office(house)
    await house.hire(ANNA)
    lead = await create(house)
    await follow_up(house, lead)
    answered = (await read(house, lead)).response
    await judging.disqualify(lead)
    await judging.reopen(lead)
    assert (await read(house, lead)).response == answered


async def test_from_an_owner_who_has_left_a_reopened_lead_goes_to_somebody_else(
    house: LeadsHouse, judging: Judging
) -> None:
    await house.hire(ANNA)
    lead = await create(house)
    await judging.disqualify(lead)
    await house.organize(update(ORGANIZATION.members).values(active=False))
    await house.hire(BO)
    assert (await judging.reopen(lead)).owner == f"members/{BO}"
    assert (await load_of(house, ANNA), await load_of(house, BO)) == (0, 1)


async def test_a_new_contact_of_the_customer_reopens_a_lead_as_the_rules_say(
    house: LeadsHouse, judging: Judging, clock: FixedClock
) -> None:
    await house.hire(ANNA)
    lead = await create(house)
    await judging.disqualify(lead)
    clock.travel(days=40)
    touched = await create(house, company_name="第1号", phone="13905710001")
    assert (touched.name, touched.state, touched.touch_count) == (lead.name, NEW, 2)
    names = [name for name, _ in await events(house, lead)]
    assert names[names.index("LeadTouched") :][:2] == ["LeadTouched", "LeadReopened"]
    assert (await load_of(house, ANNA), len(await listed(house))) == (1, 1)


async def test_where_the_rules_say_so_a_contact_only_shows_itself_on_a_disqualified_lead(
    house: LeadsHouse, judging: Judging
) -> None:
    await house.hire(ANNA)
    await judging.edit(touch_reopens=False)
    lead = await create(house)
    await judging.disqualify(lead)
    touched = await create(house, company_name="第1号", phone="13905710001")
    assert (touched.name, touched.state, touched.touch_count) == (lead.name, DISQUALIFIED, 2)
    assert (await load_of(house, ANNA), await listed(house)) == (0, [])


async def test_reasons_are_those_administrators_offer(house: LeadsHouse, judging: Judging) -> None:
    lead = await create(house)
    await judging.edit(reasons=[{"code": "MOVED", "title": "已搬走"}, {"code": "OLD", "title": "旧", "offered": False}])
    told = await judging.stub.ListLeadDisqualifyReasons(contract.ListLeadDisqualifyReasonsRequest(), **house.boss)
    assert [(each.reason, each.display_name) for each in told.reasons] == [("MOVED", "已搬走")]
    for code in ("NO_NEED", "OLD"):
        assert (await refusal_of(judging.disqualify(lead, code)))[0] is grpc.StatusCode.INVALID_ARGUMENT
    judged = await judging.disqualify(lead, "MOVED")
    await judging.edit(reasons=[{"code": "NEW", "title": "新"}])
    (reason,) = (await read(house, judged)).verdict.reasons
    assert reason.text == "Not worth selling to: 已搬走"


async def test_who_may_not_see_money_is_not_told_what_a_budget_meets(house: LeadsHouse, judging: Judging) -> None:
    lead = await create(house, employee_count=50, budget_min=Money(currency_code="CNY", units=9))
    blind = house.as_member(CHEN, Scope.ALL, may=("leads.read",))
    told = await judging.checklist(lead, blind)
    assert (standings(told)["BUDGET_KNOWN"], standings(told)["SIZE_FITS"]) == (WITHHELD, MET)
    assert (told.HasField("percent"), told.HasField("fits")) == (False, False)
    assert standings(await judging.checklist(lead))["BUDGET_KNOWN"] == MET


async def test_only_who_may_change_a_lead_judges_it_and_at_the_version_he_saw(
    house: LeadsHouse, judging: Judging
) -> None:
    lead = await create(house)
    reader = house.as_member(CHEN, Scope.ALL, may=("leads.read",))
    assert (await refusal_of(judging.disqualify(lead, caller=reader)))[0] is grpc.StatusCode.PERMISSION_DENIED
    stranger = house.as_member(BO, Scope.OWN)
    assert (await refusal_of(judging.disqualify(lead, caller=stranger)))[0] is grpc.StatusCode.NOT_FOUND
    await judging.say(lead, "NEED_KNOWN")
    assert (await refusal_of(judging.disqualify(lead, etag=lead.etag)))[0] is grpc.StatusCode.ABORTED
    unknown = judging.say(lead, "NOTHING_OF_OURS")
    assert (await refusal_of(unknown))[0] is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_repeated_verdict_has_one_effect_and_one_answer(house: LeadsHouse, judging: Judging) -> None:
    await house.hire(ANNA)
    lead = await create(house)
    first = await judging.disqualify(lead, request_id="once")
    assert await judging.disqualify(lead, request_id="once") == first
    assert await load_of(house, ANNA) == 0
    assert (await refusal_of(judging.disqualify(lead)))[0] is grpc.StatusCode.FAILED_PRECONDITION
    async with house.engine.connect() as connection:
        assert await connection.scalar(select(LEADS.c.version)) == int(first.etag)
