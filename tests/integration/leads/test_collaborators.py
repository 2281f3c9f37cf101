"""A lead shared with a collaborator is his to see, and where so agreed to change, until the end of a day (协作人)."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.type.date_pb2 import Date
from millrace.leads.v1 import lead_collaborator_pb2, lead_pb2
from millrace.leads.v1.lead_access_service_pb2 import ExplainLeadAccessRequest, ExplainLeadAccessResponse
from millrace.leads.v1.lead_access_service_pb2_grpc import LeadAccessServiceStub
from millrace.leads.v1.lead_assignment_service_pb2 import AssignLeadRequest
from millrace.leads.v1.lead_assignment_service_pb2_grpc import LeadAssignmentServiceStub
from millrace.leads.v1.lead_collaborator_service_pb2 import (
    AddLeadCollaboratorRequest,
    ListLeadCollaboratorsRequest,
    RemoveLeadCollaboratorRequest,
)
from millrace.leads.v1.lead_collaborator_service_pb2_grpc import LeadCollaboratorServiceStub
from millrace.leads.v1.lead_conversion_service_pb2 import ConvertLeadRequest
from millrace.leads.v1.lead_conversion_service_pb2_grpc import LeadConversionServiceStub
from millrace.leads.v1.lead_pool_service_pb2 import ClaimLeadRequest, HandOutLeadRequest
from millrace.leads.v1.lead_pool_service_pb2_grpc import LeadPoolServiceStub
from millrace.leads.v1.lead_privacy_service_pb2 import EraseLeadPersonRequest
from millrace.leads.v1.lead_privacy_service_pb2_grpc import LeadPrivacyServiceStub
from millrace.leads.v1.lead_qualification_service_pb2 import (
    DisqualifyLeadRequest,
    QualifyLeadRequest,
    ReopenLeadRequest,
)
from millrace.leads.v1.lead_qualification_service_pb2_grpc import LeadQualificationServiceStub
from millrace.leads.v1.lead_service_pb2 import (
    CheckLeadDuplicatesRequest,
    ClearLeadGradeOverrideRequest,
    CreateLeadRequest,
    GetLeadRequest,
    ListLeadsRequest,
    OverrideLeadGradeRequest,
    UpdateLeadRequest,
)
from millrace.leads.v1.lead_service_pb2_grpc import LeadServiceStub
from sqlalchemy import insert, select, update

from chassis.principal import Scope
from chassis.tables import outbox
from gateway.settings import SERVICES
from gateway.transcoding.methods import find_bindings
from services.leads.storage.metadata import ORGANIZATION
from tests.integration.leads.conftest import ANNA, BO, CHEN, HANGZHOU, LeadsHouse
from tests.integration.leads.judging import Judging
from tests.integration.leads.pooling import edit_pool, release
from tests.support.clock import FixedClock
from tests.support.serving import Caller

READ, WRITE = lead_collaborator_pb2.LEAD_COLLABORATOR_ROLE_READ, lead_collaborator_pb2.LEAD_COLLABORATOR_ROLE_WRITE
TODAY = date(2026, 3, 2)  # the clock stands at Monday noon in Shanghai
LEAD = lead_pb2.Lead(
    company_name="杭州云帆科技有限公司", contact_name="王小明", phone="13800138000", email="wang@yunfan.example"
)


class Office:
    """Anna owns a lead; Bo works beside her and sees nothing of his own."""

    def __init__(self, house: LeadsHouse, lead: lead_pb2.Lead) -> None:
        self.house = house
        self.lead = lead
        self.leads = LeadServiceStub(house.channel)
        self.collaborators = LeadCollaboratorServiceStub(house.channel)

    @property
    def anna(self) -> Caller:
        return self.house.as_member(ANNA, Scope.OWN)

    @property
    def bo(self) -> Caller:
        return self.house.as_member(BO, Scope.OWN)

    async def share(
        self, *, role: Any = READ, until: date = TODAY, caller: Caller | None = None, member: Any = BO
    ) -> lead_collaborator_pb2.LeadCollaborator:
        terms = lead_collaborator_pb2.LeadCollaborator(
            member=f"members/{member}",
            role=role,
            end_date=Date(year=until.year, month=until.month, day=until.day),
            reason="售前方案支持",
        )
        request = AddLeadCollaboratorRequest(parent=self.lead.name, lead_collaborator=terms)
        return await self.collaborators.AddLeadCollaborator(request, **(caller or self.anna))

    async def get(self, caller: Caller) -> lead_pb2.Lead:
        return await self.leads.GetLead(GetLeadRequest(name=self.lead.name), **caller)

    async def change(self, caller: Caller) -> lead_pb2.Lead:
        seen = await self.get(caller)
        edited = lead_pb2.Lead(name=seen.name, etag=seen.etag, need="分销系统")
        return await self.leads.UpdateLead(
            UpdateLeadRequest(lead=edited, update_mask=FieldMask(paths=["need"])), **caller
        )

    async def counted(self, caller: Caller) -> tuple[int, int]:
        page = await self.leads.ListLeads(ListLeadsRequest(), **caller)
        return len(page.leads), page.total_size

    async def explain(self, member: Any, permission: str, caller: Caller | None = None) -> ExplainLeadAccessResponse:
        request = ExplainLeadAccessRequest(name=self.lead.name, member=f"members/{member}", permission=permission)
        stub = LeadAccessServiceStub(self.house.channel)
        return await stub.ExplainLeadAccess(request, **(caller or self.house.as_member(CHEN, Scope.ALL, may=ASKING)))


ASKING = ("leads.read", "directory.read")


@pytest.fixture
async def office(house: LeadsHouse) -> Office:
    await house.hire(ANNA)
    lead = await LeadServiceStub(house.channel).CreateLead(CreateLeadRequest(lead=LEAD), **house.boss)
    assert lead.owner == f"members/{ANNA}"
    await house.hire(BO, team=HANGZHOU, capacity=0)
    return Office(house, lead)


async def refused(call: Any) -> grpc.StatusCode:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value.code()


async def test_a_collaborator_sees_the_lead_until_the_end_of_the_day_in_the_houses_zone(
    office: Office, clock: FixedClock
) -> None:
    assert await refused(office.get(office.bo)) is grpc.StatusCode.NOT_FOUND
    await office.share(until=TODAY)
    assert (await office.get(office.bo)).phone == "13800138000"
    assert await office.counted(office.bo) == (1, 1)
    clock.travel(hours=11, minutes=59)
    assert await office.counted(office.bo) == (1, 1)
    clock.travel(minutes=1)
    assert await refused(office.get(office.bo)) is grpc.StatusCode.NOT_FOUND
    assert await office.counted(office.bo) == (0, 0)


async def test_a_reading_collaborator_reads_and_a_writing_one_writes(office: Office) -> None:
    await office.share(role=READ)
    assert await refused(office.change(office.bo)) is grpc.StatusCode.NOT_FOUND
    await office.share(role=WRITE)
    assert (await office.change(office.bo)).need == "分销系统"


async def test_sharing_gives_no_permission_the_role_does_not_give(office: Office) -> None:
    await office.share(role=WRITE)
    reader = office.house.as_member(BO, Scope.OWN, may=("leads.read",))
    assert (await office.get(reader)).phone == "138****8000"
    assert await refused(office.change(reader)) is grpc.StatusCode.PERMISSION_DENIED


async def test_a_collaborator_does_not_share_on(office: Office) -> None:
    await office.share(role=WRITE)
    await office.house.hire(CHEN)
    assert await refused(office.share(caller=office.bo, member=CHEN)) is grpc.StatusCode.PERMISSION_DENIED


async def test_a_collaborator_is_removed_or_leaves_by_himself(office: Office) -> None:
    shared = await office.share(until=TODAY + timedelta(days=30))
    removal = RemoveLeadCollaboratorRequest(name=shared.name)
    assert (await office.collaborators.RemoveLeadCollaborator(removal, **office.anna)).ended
    assert await refused(office.get(office.bo)) is grpc.StatusCode.NOT_FOUND
    again = await office.share()
    assert again.name == shared.name
    await office.collaborators.RemoveLeadCollaborator(removal, **office.bo)
    assert await refused(office.get(office.bo)) is grpc.StatusCode.NOT_FOUND


async def test_the_collaborators_of_a_lead_are_listed_with_those_whose_time_is_over(
    office: Office, clock: FixedClock
) -> None:
    await office.share(until=TODAY)
    clock.travel(days=1)
    wanted = ListLeadCollaboratorsRequest(parent=office.lead.name)
    page = await office.collaborators.ListLeadCollaborators(wanted, **office.anna)
    assert [(each.member, each.ended, each.reason) for each in page.lead_collaborators] == [
        (f"members/{BO}", True, "售前方案支持")
    ]
    assert await refused(office.collaborators.ListLeadCollaborators(wanted, **office.bo)) is grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize("until", [TODAY - timedelta(days=1), TODAY + timedelta(days=732), date(9999, 12, 31)])
async def test_the_last_day_is_today_or_within_two_years(office: Office, until: date) -> None:
    assert await refused(office.share(until=until)) is grpc.StatusCode.FAILED_PRECONDITION


async def test_only_a_member_who_works_here_can_collaborate(office: Office) -> None:
    assert await refused(office.share(member=CHEN)) is grpc.StatusCode.FAILED_PRECONDITION


async def test_a_shared_lead_shows_among_look_alikes_and_takes_the_next_contact(office: Office) -> None:
    request = CheckLeadDuplicatesRequest(lead=LEAD)
    assert not (await office.leads.CheckLeadDuplicates(request, **office.bo)).candidates
    taken = office.leads.CreateLead(CreateLeadRequest(lead=LEAD), **office.bo)
    assert await refused(taken) is grpc.StatusCode.ALREADY_EXISTS
    await office.share(role=WRITE)
    found = await office.leads.CheckLeadDuplicates(request, **office.bo)
    assert [each.lead for each in found.candidates] == [office.lead.name]
    assert (await office.leads.CreateLead(CreateLeadRequest(lead=LEAD), **office.bo)).name == office.lead.name


async def test_no_answer_tells_of_look_alikes_the_caller_may_not_see(office: Office) -> None:
    alike = lead_pb2.Lead(company_name=LEAD.company_name, phone=LEAD.phone)
    seeing = await office.leads.CreateLead(CreateLeadRequest(lead=alike), **office.house.boss)
    blind = await office.leads.CreateLead(CreateLeadRequest(lead=alike), **office.bo)
    assert office.lead.name in [each.lead for each in seeing.duplicates]
    assert office.lead.name not in [each.lead for each in blind.duplicates]


Asking = Callable[[str, str], Any]
# Every method that answers one lead by name: its service, and what it is asked of a lead in a version.
ANSWERING: Mapping[str, tuple[Any, Asking]] = {
    "AssignLead": (
        LeadAssignmentServiceStub,
        lambda name, etag: AssignLeadRequest(name=name, etag=etag, owner=f"members/{ANNA}"),
    ),
    "ClaimLead": (LeadPoolServiceStub, lambda name, _etag: ClaimLeadRequest(name=name)),
    "ClearLeadGradeOverride": (
        LeadServiceStub,
        lambda name, etag: ClearLeadGradeOverrideRequest(name=name, etag=etag),
    ),
    "ConvertLead": (LeadConversionServiceStub, lambda name, etag: ConvertLeadRequest(name=name, etag=etag)),
    "DisqualifyLead": (
        LeadQualificationServiceStub,
        lambda name, etag: DisqualifyLeadRequest(name=name, etag=etag, reason="NO_NEED"),
    ),
    "EraseLeadPerson": (
        LeadPrivacyServiceStub,
        lambda name, etag: EraseLeadPersonRequest(name=name, etag=etag, reason="本人要求删除"),
    ),
    "GetLead": (LeadServiceStub, lambda name, _etag: GetLeadRequest(name=name)),
    "HandOutLead": (
        LeadPoolServiceStub,
        lambda name, _etag: HandOutLeadRequest(name=name, owner=f"members/{BO}"),
    ),
    "OverrideLeadGrade": (
        LeadServiceStub,
        lambda name, etag: OverrideLeadGradeRequest(name=name, etag=etag, grade=lead_pb2.GRADE_B, reason="老客户"),
    ),
    "QualifyLead": (LeadQualificationServiceStub, lambda name, etag: QualifyLeadRequest(name=name, etag=etag)),
    "ReopenLead": (LeadQualificationServiceStub, lambda name, etag: ReopenLeadRequest(name=name, etag=etag)),
    "UpdateLead": (
        LeadServiceStub,
        lambda name, etag: UpdateLeadRequest(
            lead=lead_pb2.Lead(name=name, etag=etag, need="演示"), update_mask=FieldMask(paths=["need"])
        ),
    ),
}


def test_no_method_that_answers_a_lead_is_forgotten() -> None:
    methods = (each.method.descriptor for each in find_bindings(SERVICES))
    answering = {method.name for method in methods if method.output_type.full_name == "millrace.leads.v1.Lead"}
    assert answering == {*ANSWERING, "CreateLead"}


async def made_ready(office: Office, lead: lead_pb2.Lead, method: str) -> str:
    """The etag of a lead that stands where the method may be called."""
    judging = Judging(office.house)
    if method == "ReopenLead":
        return (await judging.disqualify(lead)).etag
    if method == "QualifyLead":
        await judging.say(lead, "NEED_KNOWN")
        return (await judging.say(lead, "DECIDES")).etag
    return lead.etag


@pytest.mark.parametrize("method", ANSWERING)
async def test_no_change_of_ones_own_lead_tells_of_look_alikes_of_others(office: Office, method: str) -> None:
    alike = lead_pb2.Lead(company_name=LEAD.company_name, contact_name="李敏")
    name = (await office.leads.CreateLead(CreateLeadRequest(lead=alike), **office.house.boss)).name
    handover = AssignLeadRequest(name=name, owner=f"members/{BO}")
    await LeadAssignmentServiceStub(office.house.channel).AssignLead(handover, **office.house.boss)
    override = OverrideLeadGradeRequest(name=name, grade=lead_pb2.GRADE_A, reason="新客户")
    known = await office.leads.OverrideLeadGrade(override, **office.house.boss)
    assert office.lead.name in [each.lead for each in known.duplicates]
    service, asking = ANSWERING[method]
    if service is LeadPoolServiceStub:
        await edit_pool(office.house, administrators=[f"members/{BO}"], cool_down_days=0)
        await release(office.house, known)
    etag = await made_ready(office, known, method)
    answer = await getattr(service(office.house.channel), method)(asking(name, etag), **office.bo)
    assert (answer.name, list(answer.duplicates)) == (name, [])


async def test_every_change_of_a_collaborator_is_an_event_without_the_reason(office: Office) -> None:
    shared = await office.share()
    removal = RemoveLeadCollaboratorRequest(name=shared.name)
    await office.collaborators.RemoveLeadCollaborator(removal, **office.anna)
    async with office.house.engine.connect() as connection:
        told = select(outbox.c.subject, outbox.c.payload).where(outbox.c.aggregate_type == "lead_collaborator")
        rows = (await connection.execute(told.order_by(outbox.c.id))).all()
    assert [row.subject for row in rows] == [
        "millrace.leads.v1.lead_collaborator.added",
        "millrace.leads.v1.lead_collaborator.removed",
    ]
    assert not any("售前".encode() in row.payload for row in rows)


async def test_access_to_a_lead_is_explained_by_what_the_check_itself_uses(office: Office, clock: FixedClock) -> None:
    role = {"uuid": CHEN, "version": 1, "key": "sales", "display_name_zh": "销售", "display_name_en": "Sales"}
    grants = {"leads.read": 1, "leads.write": 1, "leads.see_contact": 4}
    await office.house.organize(insert(ORGANIZATION.roles).values(**role, grants=grants, archived=False))
    own = await office.explain(ANNA, "leads.write")
    assert (own.allowed, [reason.code for reason in own.reasons]) == (True, ["ACCESS_ROLE_GRANTS", "ACCESS_OWN_ROW"])
    assert [each.field for each in own.hidden_fields] == [
        "budget_min",
        "budget_max",
        "grade_reasons",
        "intent.reasons",
    ]
    await office.share(role=READ)
    reading, writing = await office.explain(BO, "leads.read"), await office.explain(BO, "leads.write")
    assert (reading.allowed, reading.reasons[-1].code) == (True, "ACCESS_SHARED_ROW")
    assert "2026-03-02" in reading.reasons[-1].text
    assert (writing.allowed, [reason.code for reason in writing.reasons[1:]]) == (
        False,
        ["ACCESS_SHARED_ROW_READ_ONLY", "ACCESS_ROW_OUT_OF_SCOPE"],
    )
    clock.travel(days=1)
    over = await office.explain(BO, "leads.read")
    assert (over.allowed, over.reasons[1].code) == (False, "ACCESS_SHARED_ROW_ENDED")


async def test_who_does_not_see_the_directory_asks_about_himself_only(office: Office) -> None:
    assert await refused(office.explain(BO, "leads.read", office.anna)) is grpc.StatusCode.PERMISSION_DENIED
    assert (await office.explain(ANNA, "leads.read", office.anna)).reasons


async def test_who_has_left_may_do_nothing(office: Office) -> None:
    members = ORGANIZATION.members
    await office.house.organize(update(members).where(members.c.uuid == BO).values(active=False, version=2))
    gone = await office.explain(BO, "leads.read")
    assert (gone.allowed, [reason.code for reason in gone.reasons]) == (False, ["ACCESS_MEMBER_LEFT"])
