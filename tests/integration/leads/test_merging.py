"""Leads of one customer become one, and nothing of them is lost (线索合并)."""

import asyncio
from typing import Any
from uuid import UUID

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.type.date_pb2 import Date
from millrace.leads.v1 import lead_collaborator_pb2, lead_pb2
from millrace.leads.v1 import lead_duplicate_service_pb2 as pairs
from millrace.leads.v1 import lead_merge_service_pb2 as contract
from millrace.leads.v1.lead_assignment_service_pb2 import AssignLeadRequest
from millrace.leads.v1.lead_assignment_service_pb2_grpc import LeadAssignmentServiceStub
from millrace.leads.v1.lead_conversion_service_pb2 import ConvertLeadRequest
from millrace.leads.v1.lead_conversion_service_pb2_grpc import LeadConversionServiceStub
from millrace.leads.v1.lead_service_pb2 import CheckLeadDuplicatesRequest, OverrideLeadGradeRequest, UpdateLeadRequest
from prometheus_client import REGISTRY
from sqlalchemy import text, update

from chassis.principal import Scope
from services.leads.domain.lead_state import LeadState
from services.leads.storage.tables import LEADS
from tests.integration.leads.conftest import ANNA, BO, LeadsHouse
from tests.integration.leads.merges import Merging
from tests.integration.leads.rounds import drain
from tests.support.clock import FixedClock

WRITE = lead_collaborator_pb2.LEAD_COLLABORATOR_ROLE_WRITE
SOON, LATE = Date(year=2026, month=3, day=5), Date(year=2026, month=3, day=9)


@pytest.fixture
def desk(house: LeadsHouse) -> Merging:
    return Merging(house)


async def a_pair(desk: Merging, **of_other: Any) -> tuple[lead_pb2.Lead, lead_pb2.Lead]:
    """Two leads of one company that name no person: likely one customer, not surely."""
    survivor = await desk.create(phone="13905711234")
    return survivor, await desk.create(phone="13905719999", **of_other)


async def refused(asking: Any) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await asking
    return refusal.value.code(), str(refusal.value.details())


async def test_a_preview_tells_what_each_field_becomes_and_changes_nothing(desk: Merging) -> None:
    survivor, other = await a_pair(desk, need="一套", tags=["展会"])
    seen = await desk.preview(survivor, other, choices={"phone": other.name})
    assert (seen.result.phone, seen.result.need, seen.result.touch_count) == ("13905719999", "一套", 2)
    fields = {each.field: each for each in seen.fields}
    assert fields["phone"] == contract.LeadMergeField(
        field="phone", lead=other.name, rule=contract.LEAD_MERGE_RULE_CHOSEN, conflict=True
    )
    assert fields["need"].rule == contract.LEAD_MERGE_RULE_FILLED
    assert [(lead.name, lead.etag, lead.phone) for lead in seen.leads] == [
        (survivor.name, survivor.etag, "13905711234"),
        (other.name, other.etag, "13905719999"),
    ]
    assert await desk.read(survivor) == await desk.read(survivor)
    assert await desk.listed() == {survivor.name, other.name}


async def test_a_merge_does_what_its_preview_told(desk: Merging) -> None:
    survivor, other = await a_pair(desk, need="一套", employee_count=50)
    seen = await desk.preview(survivor, other)
    done = await desk.merge(survivor, other)
    after = await desk.read(survivor)
    assert (after.need, after.employee_count) == (seen.result.need, seen.result.employee_count) == ("一套", 50)
    assert after.grade == seen.result.grade
    assert list(done.fields) == list(seen.fields)
    assert (list(done.others), done.author_display_name) == ([other.name], "tester")


async def test_a_merged_lead_is_read_by_its_name_and_says_where_it_went(desk: Merging) -> None:
    survivor, other = await a_pair(desk, need="一套")
    done = await desk.merge(survivor, other)
    gone = await desk.read(other)
    assert gone.state == lead_pb2.LEAD_STATE_MERGED
    assert (gone.merged_into, gone.merge) == (survivor.name, done.name)
    assert (gone.need, gone.phone) == ("一套", "13905719999")


async def test_a_merged_lead_leaves_lists_and_duplicates(desk: Merging) -> None:
    survivor, other = await a_pair(desk)
    third = await desk.create(phone="13905718888")
    assert {hint.lead for hint in (await desk.read(third)).duplicates} == {survivor.name, other.name}
    await desk.merge(survivor, other)
    assert await desk.listed() == {survivor.name, third.name}
    assert await desk.listed(order_by="intent desc") == {survivor.name, third.name}
    assert [hint.lead for hint in (await desk.read(third)).duplicates] == [survivor.name]
    assert survivor.name not in {hint.lead for hint in (await desk.read(survivor)).duplicates}
    assert list((await desk.read(other)).duplicates) == []


async def test_nothing_is_done_with_a_merged_lead_any_more(desk: Merging, house: LeadsHouse) -> None:
    await house.hire(ANNA)
    survivor, other = await a_pair(desk)
    await desk.merge(survivor, other)
    seen = await desk.read(other)
    edited = lead_pb2.Lead(name=other.name, etag=seen.etag, need="两套")
    assigning: Any = LeadAssignmentServiceStub(house.channel)
    converting: Any = LeadConversionServiceStub(house.channel)
    attempts = [
        desk.leads.UpdateLead(UpdateLeadRequest(lead=edited, update_mask=FieldMask(paths=["need"])), **house.boss),
        desk.leads.OverrideLeadGrade(
            OverrideLeadGradeRequest(name=other.name, grade=lead_pb2.GRADE_A, reason="试"), **house.boss
        ),
        assigning.AssignLead(AssignLeadRequest(name=other.name, owner=f"members/{ANNA}"), **house.boss),
        converting.ConvertLead(ConvertLeadRequest(name=other.name), **house.boss),
        desk.merge(other, survivor),
        desk.merge(survivor, other),
        desk.share(other, ANNA, until=SOON),
    ]
    for attempt in attempts:
        code, words = await refused(attempt)
        assert code is grpc.StatusCode.FAILED_PRECONDITION
        assert words == f"This lead was merged into {survivor.name}; that one stands for the customer now"
    assert await desk.read(other) == seen


async def test_contacts_behaviour_and_decisions_of_all_are_the_survivors(
    desk: Merging, house: LeadsHouse, clock: FixedClock
) -> None:
    await house.hire(ANNA)
    survivor, other = await a_pair(desk)
    await desk.create(phone="13905711234", contact_name="王芳", need="一")
    await desk.create(phone="13905719999", contact_name="王芳", need="二")
    await desk.behave(other, "e1", time=clock.now())
    await desk.merge(survivor, other)
    assert (await desk.read(survivor)).touch_count == 4
    clock.travel(minutes=1)
    await desk.behave(other, "e2", time=clock.now())
    needs, decided, done = await desk.history(survivor)
    assert (sorted(needs), decided, done) == (["一", "二"], 2, 2)
    assert await desk.history(other) == (["二"], 1, 2)
    assert await desk.downloads(survivor, at=clock.now()) == 2, "what the intent of the survivor is scored by"


async def test_whoever_makes_contact_as_a_merged_lead_is_attached_to_the_survivor(desk: Merging) -> None:
    survivor = await desk.create(phone="13905711234", contact_name="王芳")
    other = await desk.create(company_name="云帆设备", phone="13905719999", contact_name="李敏", email="li@y.example")
    await desk.merge(survivor, other)
    again = await desk.create(company_name="云帆设备", phone="13905719999", contact_name="李敏")
    assert (again.name, again.touch_count) == (survivor.name, 3)
    check = CheckLeadDuplicatesRequest(
        lead=lead_pb2.Lead(company_name="云帆设备", phone="13905719999", contact_name="李敏")
    )
    found = await desk.leads.CheckLeadDuplicates(check, **desk.house.boss)
    assert [each.lead for each in found.candidates] == [survivor.name]


async def test_a_merged_lead_goes_on_being_found_when_the_rules_key_leads_anew(
    desk: Merging, house: LeadsHouse, clock: FixedClock
) -> None:
    survivor, other = await a_pair(desk, contact_name="王芳")
    await desk.merge(survivor, other)
    async with house.engine.begin() as connection:
        await connection.execute(text("update lead_identities set match_keys = '{}', prints = ''"))
    await drain(house, clock)
    again = await desk.create(phone="13905719999", contact_name="王芳")
    assert again.name == survivor.name


async def test_merges_in_a_row_lead_to_the_last_survivor(desk: Merging) -> None:
    first = await desk.create(phone="13905711111", contact_name="王芳", need="一")
    second, third = await desk.create(phone="13905712222"), await desk.create(phone="13905713333")
    await desk.merge(second, first)
    await desk.merge(third, second)
    assert (await desk.read(first)).merged_into == second.name
    assert (await desk.read(third)).touch_count == 3
    again = await desk.create(phone="13905711111", contact_name="王芳", need="二")
    assert (again.name, again.touch_count) == (third.name, 4)
    assert await desk.merges_of(first) == []


async def test_collaborators_of_all_collaborate_on_the_survivor_on_the_widest_terms(
    desk: Merging, house: LeadsHouse
) -> None:
    survivor, other = await a_pair(desk)
    await house.hire(ANNA)
    await house.hire(BO)
    cleo = UUID(int=7)
    await house.hire(cleo)
    await desk.share(survivor, BO, until=LATE)
    await desk.share(survivor, ANNA, until=LATE)
    await desk.share(other, ANNA, until=SOON)
    await desk.share(other, BO, until=SOON, role=WRITE)
    await desk.share(other, cleo, until=SOON)
    done = await desk.merge(survivor, other)
    read = lead_collaborator_pb2.LEAD_COLLABORATOR_ROLE_READ
    anna = (f"members/{ANNA}", read, 9)
    assert await desk.shared(survivor) == sorted([anna, (f"members/{BO}", WRITE, 9), (f"members/{cleo}", read, 5)])
    assert (await desk.read(survivor, house.as_member(cleo, Scope.OWN))).name == survivor.name
    await desk.undo(done)
    assert await desk.shared(survivor) == sorted([anna, (f"members/{BO}", read, 9)])
    assert len(await desk.shared(other)) == 3


async def test_a_lead_that_somebody_works_no_more_is_no_load_and_comes_back_as_one(
    desk: Merging, house: LeadsHouse
) -> None:
    await house.hire(ANNA, capacity=1)
    survivor = await desk.create(phone="13905711234")
    await house.hire(BO)
    other = await desk.create(phone="13905719999")
    assert (survivor.owner, other.owner) == (f"members/{ANNA}", f"members/{BO}")
    done = await desk.merge(survivor, other)
    assert await desk.loads() == {ANNA: 1}
    await desk.undo(done)
    assert await desk.loads() == {ANNA: 1, BO: 1}


async def test_a_survivor_of_nobody_gets_an_owner_with_what_is_merged_into_it(desk: Merging, house: LeadsHouse) -> None:
    survivor = await desk.create(phone="13905711234")
    await house.hire(BO)
    other = await desk.create(phone="13905719999")
    done = await desk.merge(survivor, other)
    after = await desk.read(survivor)
    assert (after.owner, [why.code for why in after.owner_reasons]) == (f"members/{BO}", ["ASSIGNED_BY_MERGE"])
    assert await desk.loads() == {BO: 1}
    assert await desk.events(survivor) == ["created", "absorbed", "assigned"]
    await desk.undo(done)
    assert (await desk.read(survivor)).owner == ""
    assert await desk.loads() == {BO: 1}


async def test_a_merge_settles_the_pairs_among_its_leads_and_leaves_the_others_waiting(desk: Merging) -> None:
    survivor, other = await a_pair(desk)
    third = await desk.create(phone="13905718888")
    (pair,) = [each for each in await desk.open_pairs() if {each.lead, each.other} == {survivor.name, other.name}]
    confirm = pairs.ConfirmDuplicateRequest(name=pair.name)
    confirmed = await desk.pairs.ConfirmDuplicate(confirm, **desk.house.boss)
    to_merge = "state = DUPLICATE_PAIR_STATE_CONFIRMED AND merged = false"
    assert [each.name for each in await desk.open_pairs(to_merge)] == [pair.name]
    done = await desk.merge(survivor, other)
    assert await desk.open_pairs(to_merge) == []
    (settled,) = await desk.open_pairs("merged = true")
    assert (settled.merge, settled.judge_time) == (done.name, confirmed.judge_time)
    waiting = await desk.open_pairs()
    assert {(each.lead, each.other) for each in waiting} == {(third.name, survivor.name)}
    dismiss = pairs.DismissDuplicateRequest(name=waiting[0].name)
    await desk.pairs.DismissDuplicate(dismiss, **desk.house.boss)
    assert len(await desk.open_pairs()) == len(waiting) - 1


async def test_a_merge_settles_a_pair_nobody_had_judged_and_undoing_opens_it_again(desk: Merging) -> None:
    survivor, other = await a_pair(desk)
    (before,) = await desk.open_pairs()
    done = await desk.merge(survivor, other)
    assert await desk.open_pairs() == []
    (settled,) = await desk.open_pairs("state = DUPLICATE_PAIR_STATE_CONFIRMED")
    assert (settled.judge_display_name, settled.merge) == ("tester", done.name)
    await desk.undo(done)
    assert await desk.open_pairs() == [before]


async def test_values_that_were_not_taken_over_stand_in_the_merge(desk: Merging) -> None:
    survivor, other = await a_pair(desk, need="两套")
    await desk.update(survivor, need="一套")
    done = await desk.merge(survivor, other, choices={"need": other.name})
    (kept,) = await desk.merges_of(survivor)
    assert kept == done
    assert [lead.need for lead in kept.leads] == ["一套", "两套"]
    assert await desk.merges.GetLeadMerge(contract.GetLeadMergeRequest(name=done.name), **desk.house.boss) == done


async def test_both_sides_tell_of_a_merge_and_the_log_of_changes_by_whom(desk: Merging, house: LeadsHouse) -> None:
    survivor, other = await a_pair(desk, need="一套")
    done = await desk.merge(survivor, other)
    assert await desk.events(survivor) == ["created", "absorbed"]
    assert await desk.events(other) == ["created", "merged"]
    await desk.undo(done)
    assert await desk.events(survivor) == ["created", "absorbed", "released"]
    assert await desk.events(other) == ["created", "merged", "restored"]
    async with house.engine.connect() as connection:
        noted = await connection.execute(
            text("select action, details from audit where action in ('merge leads', 'undo merge')")
        )
        assert [(row.action, row.details["merge"]) for row in noted] == [
            ("merge leads", done.name.rpartition("/")[2]),
            ("undo merge", done.name.rpartition("/")[2]),
        ]


async def test_a_merge_repeated_with_its_request_id_is_done_once(desk: Merging) -> None:
    survivor, other = await a_pair(desk)
    first = await desk.merge(survivor, other, request_id="once")
    assert await desk.merge(survivor, other, request_id="once") == first
    assert len(await desk.merges_of(survivor)) == 1
    undone = await desk.undo(first, request_id="twice")
    assert await desk.undo(first, request_id="twice") == undone


def lost_races() -> float:
    return REGISTRY.get_sample_value("millrace_write_retries_total", {"service": "leads"}) or 0.0


async def test_of_two_who_merge_the_same_leads_at_once_one_is_told_where_they_went(desk: Merging) -> None:
    survivor, other = await a_pair(desk)
    before = lost_races()
    outcomes = await asyncio.gather(desk.merge(survivor, other), desk.merge(other, survivor), return_exceptions=True)
    assert lost_races() == before, "the second one waits for the first"
    (done,) = [each for each in outcomes if isinstance(each, contract.LeadMerge)]
    (told,) = [each for each in outcomes if isinstance(each, grpc.aio.AioRpcError)]
    assert "was merged into" in str(told.details())
    assert await desk.listed() == {done.name.partition("/merges/")[0]}
    assert [pair.merge for pair in await desk.open_pairs("merged = true")] == [done.name]


async def test_contacts_made_while_a_lead_is_merged_are_not_lost(desk: Merging) -> None:
    survivor = await desk.create(phone="13905711234", contact_name="王芳")
    other = await desk.create(phone="13905719999", contact_name="李敏")
    contacts = [desk.create(phone="13905719999", contact_name="李敏", need=str(number)) for number in range(8)]
    await asyncio.gather(desk.merge(survivor, other), *contacts)
    after = await desk.read(survivor)
    needs, _, _ = await desk.history(survivor)
    assert after.touch_count == 10
    assert sorted(needs) == [str(number) for number in range(8)]


@pytest.mark.parametrize("stale", ["survivor", "other"])
async def test_nobody_merges_what_he_has_not_seen(desk: Merging, stale: str) -> None:
    survivor, other = await a_pair(desk)
    await desk.update(survivor if stale == "survivor" else other, need="新")
    request = contract.MergeLeadsRequest(
        name=survivor.name, etag=survivor.etag, others=[contract.LeadToMerge(lead=other.name, etag=other.etag)]
    )
    code, _ = await refused(desk.merges.MergeLeads(request, **desk.house.boss))
    assert code is grpc.StatusCode.ABORTED
    assert await desk.listed() == {survivor.name, other.name}


async def test_a_lead_out_of_reach_is_neither_merged_nor_learnt_about(desk: Merging, house: LeadsHouse) -> None:
    await house.hire(ANNA, capacity=1)
    mine = await desk.create(phone="13905711234")
    await house.hire(BO)
    foreign = await desk.create(phone="13905719999")
    anna = house.as_member(ANNA, Scope.OWN)
    nobodys = lead_pb2.Lead(name=f"leads/{UUID(int=5)}")
    for survivor, other in ((mine, foreign), (foreign, mine)):
        for asking in (desk.merge, desk.preview):
            code, words = await refused(asking(survivor, other, caller=anna))
            assert code is grpc.StatusCode.NOT_FOUND
            assert words == f"There is no such lead, or you may not see it: {foreign.name}"
    assert (await refused(desk.merge(mine, nobodys, caller=anna)))[0] is grpc.StatusCode.NOT_FOUND
    assert (await desk.read(foreign)).merged_into == ""


async def test_a_lead_that_is_only_shared_is_not_merged_away_from_its_owner(desk: Merging, house: LeadsHouse) -> None:
    await house.hire(ANNA, capacity=1)
    mine = await desk.create(phone="13905711234")
    await house.hire(BO)
    foreign = await desk.create(phone="13905719999")
    await desk.share(foreign, ANNA, until=LATE, role=WRITE)
    code, _ = await refused(desk.merge(mine, foreign, caller=house.as_member(ANNA, Scope.OWN)))
    assert code is grpc.StatusCode.PERMISSION_DENIED


async def test_a_phone_is_chosen_by_whoever_may_see_it(desk: Merging, house: LeadsHouse) -> None:
    survivor, other = await a_pair(desk)
    blind = house.as_member(ANNA, Scope.ALL, may=("leads.read", "leads.write"))
    code, _ = await refused(desk.merge(survivor, other, caller=blind, choices={"phone": other.name}))
    assert code is grpc.StatusCode.PERMISSION_DENIED
    seen = await desk.preview(survivor, other, caller=blind)
    assert [lead.phone for lead in (*seen.leads, seen.result)] == ["139****1234", "139****9999", "139****1234"]


async def test_a_converted_lead_takes_in_others_and_is_not_taken_in(desk: Merging, house: LeadsHouse) -> None:
    survivor, other = await a_pair(desk)
    async with house.engine.begin() as connection:
        state = LeadState.CONVERTED.value
        await connection.execute(update(LEADS).where(LEADS.c.uuid == UUID(survivor.name[6:])).values(state=state))
    code, words = await refused(desk.merge(other, survivor))
    assert code is grpc.StatusCode.FAILED_PRECONDITION
    assert words == f"The lead {survivor.name} is converted already: it can only be the one that stays"
    await desk.merge(survivor, other)
    assert (await desk.read(survivor)).state == lead_pb2.LEAD_STATE_CONVERTED


async def test_a_preview_hints_at_no_lead_out_of_reach(desk: Merging, house: LeadsHouse) -> None:
    await house.hire(ANNA, capacity=2)
    survivor, other = await a_pair(desk)
    await house.hire(BO)
    foreign = await desk.create(phone="13905718888")
    assert foreign.owner == f"members/{BO}"
    async with house.engine.begin() as connection:
        hint = {"lead": foreign.name[6:], "score": 0.9, "band": "likely", "reasons": []}
        await connection.execute(update(LEADS).values(resembles=[hint]))
    seen = await desk.preview(survivor, other, caller=house.as_member(ANNA, Scope.OWN))
    assert list(seen.result.duplicates) == []
    assert [each.lead for each in (await desk.preview(survivor, other)).result.duplicates] == [foreign.name]
