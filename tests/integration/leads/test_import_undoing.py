"""A whole import is undone: what it made goes, what it changed is what it was, what was worked stays (撤销导入)."""

from typing import Any
from uuid import UUID

import grpc
import pytest
from google.type.date_pb2 import Date
from millrace.leads.v1 import lead_collaborator_pb2, lead_pb2
from millrace.leads.v1 import lead_import_undo_service_pb2 as contract
from millrace.leads.v1.lead_assignment_service_pb2 import AssignLeadRequest
from millrace.leads.v1.lead_assignment_service_pb2_grpc import LeadAssignmentServiceStub
from millrace.leads.v1.lead_privacy_service_pb2 import EraseLeadPersonRequest
from millrace.leads.v1.lead_privacy_service_pb2_grpc import LeadPrivacyServiceStub
from millrace.leads.v1.lead_service_pb2 import CheckLeadDuplicatesRequest
from millrace.leads.v1.lead_touch_service_pb2 import ListLeadTouchesRequest
from millrace.leads.v1.lead_touch_service_pb2_grpc import LeadTouchServiceStub
from sqlalchemy import select, text

from chassis.jobs import carry_out
from chassis.principal import Scope
from chassis.tables import audit
from services.leads.__main__ import ACCOUNT
from services.leads.application.import_undoing import UNDO_IMPORTS, undo_on
from tests.integration.leads.conftest import ANNA, BO, LeadsHouse
from tests.integration.leads.importing import Importing
from tests.integration.leads.merges import Merging
from tests.integration.leads.responding import follow_up
from tests.integration.leads.rounds import drain
from tests.support.clock import FixedClock

RUNNING, FINISHED = contract.LEAD_IMPORT_UNDO_STATE_RUNNING, contract.LEAD_IMPORT_UNDO_STATE_FINISHED
TAKEN_BACK, DETACHED, KEPT = (
    contract.LEAD_IMPORT_UNDO_OUTCOME_TAKEN_BACK,
    contract.LEAD_IMPORT_UNDO_OUTCOME_DETACHED,
    contract.LEAD_IMPORT_UNDO_OUTCOME_KEPT,
)
YUANJING, BORUI = "成都远景机械有限公司,李敏,13900139001,,", "上海博瑞食品有限公司,陈静,13700137003,,"
YUNFAN = "杭州云帆科技有限公司,王芳,13905711234"


ONLY_KEPT = "outcome = LEAD_IMPORT_UNDO_OUTCOME_KEPT"


@pytest.fixture
def files(house: LeadsHouse, clock: FixedClock) -> Importing:
    return Importing(house, clock)


@pytest.fixture
def desk(house: LeadsHouse) -> Merging:
    return Merging(house)


async def refused(asking: Any) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await asking
    return refusal.value.code(), str(refusal.value.details())


async def loads(house: LeadsHouse) -> dict[UUID, tuple[int, int]]:
    summed = "select member, sum(open_leads) as open, sum(given_leads) as given from member_loads group by member"
    async with house.engine.connect() as connection:
        return {row.member: (row.open, row.given) for row in await connection.execute(text(summed))}


async def test_leads_that_an_import_made_are_in_no_list_and_read_by_their_names(
    files: Importing, desk: Merging, house: LeadsHouse
) -> None:
    await house.hire(ANNA)
    before = await desk.create(phone="13600136001")
    done = await files.take(YUANJING, BORUI)
    assert len(await desk.listed()) == 3
    undo = await files.undo(done)
    assert (undo.state, undo.row_count, undo.done_count, undo.taken_back_count) == (FINISHED, 2, 2, 2)
    assert await desk.listed() == {before.name}
    assert await desk.listed(order_by="intent desc") == {before.name}
    first, _ = await files.leads_of(done)
    gone = await desk.read(first)
    assert (gone.state, gone.company_name) == (lead_pb2.LEAD_STATE_WITHDRAWN, "成都远景机械有限公司")
    assert await loads(house) == {ANNA: (1, 1)}, "neither a load nor a share of what was given"


async def test_a_lead_taken_back_is_not_found_by_intake_nor_compared_also_after_the_rules_key_anew(
    files: Importing, desk: Merging, house: LeadsHouse, clock: FixedClock
) -> None:
    done = await files.take(YUANJING)
    (first,) = await files.leads_of(done)
    await files.undo(done)
    async with house.engine.begin() as connection:
        await connection.execute(text("update rounds set goal = ''"))
    await drain(house, clock)
    told: dict[str, Any] = {"company_name": "成都远景机械有限公司", "contact_name": "李敏", "phone": "13900139001"}
    found = await desk.leads.CheckLeadDuplicates(CheckLeadDuplicatesRequest(lead=lead_pb2.Lead(**told)), **house.boss)
    assert list(found.candidates) == []
    again = await desk.create(**told)
    assert again.name != first.name
    assert (again.touch_count, list(again.duplicates)) == (1, [])


async def test_hints_and_pairs_with_a_lead_taken_back_are_gone(files: Importing, desk: Merging) -> None:
    done = await files.take("杭州云帆科技有限公司,王芳,13905711234,,")
    (first,) = await files.leads_of(done)
    other = await desk.create(phone="13905719999")
    assert [hint.lead for hint in (await desk.read(other)).duplicates] == [first.name]
    assert len(await desk.open_pairs()) == 1
    async with desk.house.engine.begin() as connection:
        await connection.execute(text("delete from duplicate_candidates where state <> 'open'"))
    undo = await files.undo(done)
    assert undo.taken_back_count == 1
    assert list((await desk.read(other)).duplicates) == []
    assert await desk.open_pairs() == []


async def test_a_known_lead_is_what_it_was_before_rows_were_attached_to_it(
    files: Importing, desk: Merging, house: LeadsHouse
) -> None:
    lead = await desk.create(contact_name="王芳", phone="13905711234", urgency=lead_pb2.URGENCY_LOW)
    done = await files.take(f"{YUNFAN},高,20万", f"{YUNFAN},中,")
    touched = await desk.read(lead)
    assert (touched.touch_count, touched.urgency, touched.budget_max.units) == (3, lead_pb2.URGENCY_MEDIUM, 200_000)
    undo = await files.undo(done)
    assert (undo.detached_count, undo.taken_back_count, undo.kept_count) == (2, 0, 0)
    after = await desk.read(lead)
    assert (after.touch_count, after.urgency, after.HasField("budget_max")) == (1, lead_pb2.URGENCY_LOW, False)
    assert (after.grade, list(after.grade_reasons)) == (lead.grade, list(lead.grade_reasons))
    stub: Any = LeadTouchServiceStub(house.channel)
    touches = (await stub.ListLeadTouches(ListLeadTouchesRequest(parent=lead.name), **house.boss)).lead_touches
    assert [touch.HasField("withdraw_time") for touch in touches] == [True, True]
    *_, event = [each for each in await files.told(lead.name) if hasattr(each, "touches")]
    assert (len(event.touches), list(event.changed_fields)) == (2, ["urgency", "budget"])
    assert event.lead.touch_count == 1


async def test_what_was_told_or_changed_since_stays(files: Importing, desk: Merging) -> None:
    lead = await desk.create(contact_name="王芳", phone="13905711234", urgency=lead_pb2.URGENCY_LOW)
    done = await files.take(f"{YUNFAN},高,20万")
    await desk.update(lead, need="两套", urgency=lead_pb2.URGENCY_MEDIUM)
    await files.undo(done)
    after = await desk.read(lead)
    assert (after.need, after.urgency, after.HasField("budget_max")) == ("两套", lead_pb2.URGENCY_MEDIUM, False)


async def test_a_row_that_repeats_one_of_its_file_goes_with_the_lead_it_repeats(
    files: Importing, desk: Merging
) -> None:
    done = await files.take(f"{YUNFAN},,", f"{YUNFAN},高,")
    undo = await files.undo(done)
    assert (undo.taken_back_count, undo.kept_count) == (2, 0)
    assert await desk.listed() == set()


async def test_leads_that_were_worked_stay_and_their_rows_tell_why(
    files: Importing, desk: Merging, house: LeadsHouse, clock: FixedClock
) -> None:
    await house.hire(ANNA)
    await house.hire(BO)
    done = await files.take(*(f"第{number}号科技有限公司,张{number},1360013{number:04d},," for number in range(8)))
    leads = [await desk.read(lead) for lead in await files.leads_of(done)]
    await desk.update(leads[0], need="两套")
    await follow_up(house, leads[1])
    await desk.create(company_name="第2号科技有限公司", contact_name="张2", phone="13600130002")
    await LeadAssignmentServiceStub(house.channel).AssignLead(
        AssignLeadRequest(name=leads[3].name, owner=f"members/{BO if leads[3].owner.endswith('1') else ANNA}"),
        **house.boss,
    )
    await desk.behave(leads[4], "e1", time=clock.now())
    until, role = Date(year=2026, month=3, day=9), lead_collaborator_pb2.LEAD_COLLABORATOR_ROLE_READ
    await desk.share(leads[5], BO, until=until, role=role)
    await desk.merge(leads[0], leads[6])
    undo = await files.undo(done)
    assert (undo.kept_count, undo.taken_back_count) == (7, 1)
    kept = {row.line: row.kept_reason.parameters["why"] for row in await files.rows(undo, filter=ONLY_KEPT)}
    assert kept == {
        2: "merged",
        3: "followed_up",
        4: "touched",
        5: "handed_over",
        6: "behaved",
        7: "shared",
        8: "merged",
    }
    (row,) = await files.rows(undo, filter="outcome = LEAD_IMPORT_UNDO_OUTCOME_TAKEN_BACK")
    assert (row.line, row.lead, row.row) == (9, leads[7].name, f"{done.name}/rows/9")
    assert (await files.rows(undo))[1].kept_reason.text == "Stays: somebody followed the lead up"


async def test_nothing_is_done_with_a_lead_taken_back_but_erasing_its_person(
    files: Importing, desk: Merging, house: LeadsHouse
) -> None:
    await house.hire(ANNA)
    done = await files.take(YUANJING)
    (first,) = await files.leads_of(done)
    other = await desk.create(phone="13600136001")
    await files.undo(done)
    seen = await desk.read(first)
    attempts = [
        desk.update(seen, need="两套"),
        LeadAssignmentServiceStub(house.channel).AssignLead(
            AssignLeadRequest(name=seen.name, owner=f"members/{ANNA}"), **house.boss
        ),
        desk.merge(other, seen),
        desk.share(seen, ANNA, until=Date(year=2026, month=3, day=5)),
    ]
    for attempt in attempts:
        code, words = await refused(attempt)
        assert (code, "taken back" in words) == (grpc.StatusCode.FAILED_PRECONDITION, True)
    privacy: Any = LeadPrivacyServiceStub(house.channel)
    await privacy.EraseLeadPerson(EraseLeadPersonRequest(name=seen.name, reason="本人要求"), **house.boss)
    erased = await desk.read(seen)
    assert (erased.contact_name, erased.phone, erased.state) == ("***", "", lead_pb2.LEAD_STATE_WITHDRAWN)
    again = await desk.create(company_name="成都远景机械有限公司", phone="13900139001")
    assert again.name != seen.name


async def test_an_import_is_undone_once_after_its_end_and_within_its_days(files: Importing, clock: FixedClock) -> None:
    uploaded = await files.upload(YUANJING)
    assert await refused(files.begin(uploaded)) == (
        grpc.StatusCode.FAILED_PRECONDITION,
        "The import has not begun and cannot be undone",
    )
    tried = await files.take(YUANJING, dry_run=True)
    assert (await refused(files.begin(tried)))[0] is grpc.StatusCode.FAILED_PRECONDITION
    done = await files.take(YUANJING)
    assert (await refused(files.begin(done, etag="1")))[0] is grpc.StatusCode.ABORTED
    begun = await files.begin(done, request_id="once")
    assert await files.begin(done, request_id="once") == begun
    assert (await refused(files.begin(done)))[1] == "程序 has undone this import, or it is being undone"
    old = await files.take(BORUI)
    clock.travel(days=31)
    assert (await refused(files.begin(old)))[1].startswith("The time to undo this import ended at ")


async def test_an_import_of_an_older_release_left_nothing_to_undo_it_by(files: Importing, house: LeadsHouse) -> None:
    done = await files.take(YUANJING)
    async with house.engine.begin() as connection:
        await connection.execute(text("delete from lead_import_traces"))
    code, words = await refused(files.begin(done))
    assert (code, "older release" in words) == (grpc.StatusCode.FAILED_PRECONDITION, True)


async def test_only_whoever_sees_the_import_and_may_import_undoes_it(files: Importing, house: LeadsHouse) -> None:
    done = await files.take(YUANJING)
    stranger = house.as_member(ANNA, Scope.OWN)
    assert (await refused(files.begin(done, caller=stranger)))[0] is grpc.StatusCode.NOT_FOUND
    reader = house.as_member(ANNA, Scope.ALL, may=("leads.read", "leads.write"))
    assert (await refused(files.begin(done, caller=reader)))[0] is grpc.StatusCode.PERMISSION_DENIED
    undo = await files.undo(done)
    assert (await refused(files.read(undo.name, stranger)))[0] is grpc.StatusCode.NOT_FOUND


async def test_the_audit_tells_who_undid_what_and_on_whose_behalf_each_lead_went(
    files: Importing, house: LeadsHouse
) -> None:
    done = await files.take(YUANJING)
    (first,) = await files.leads_of(done)
    await files.undo(done)
    async with house.engine.connect() as connection:
        entries = (await connection.execute(select(audit).order_by(audit.c.id))).mappings().all()
    (began,) = [each for each in entries if each["action"] == "undo import"]
    assert (began["resource"], began["actor"], began["details"]) == (done.name, files_actor(), {"rows": 1})
    *_, went = [each for each in entries if each["resource"] == first.name]
    assert (went["actor"], went["on_behalf_of"], went["action"]) == ("services/leads", files_actor(), "undo imports")


async def test_an_undo_goes_on_by_a_few_leads_and_tells_how_far_it_is(
    files: Importing, house: LeadsHouse, desk: Merging
) -> None:
    done = await files.take(YUANJING, BORUI)
    begun = await files.begin(done)
    assert (begun.state, begun.row_count, begun.done_count) == (RUNNING, 2, 0)
    assert [row.outcome for row in await files.rows(begun)] == [0, 0]
    uuid = UUID(done.name.partition("/")[2])
    intake = house.parts.once("desk", lambda: None)
    for expected in (1, 2):
        await carry_out(
            house.parts.store,
            ACCOUNT,
            action=UNDO_IMPORTS,
            use_case=lambda work: undo_on(work, uuid=uuid, desk=intake, at_once=1),
        )
        assert (await files.read(begun.name)).done_count == expected
        assert len(await desk.listed()) == 2 - expected
    assert (await files.read(begun.name)).state == RUNNING
    assert await files.sweep() == 0
    assert (await files.read(begun.name)).state == FINISHED


def files_actor() -> str:
    return f"apiClients/{UUID(int=3)}"
