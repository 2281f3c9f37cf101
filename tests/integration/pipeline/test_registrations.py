"""An opportunity is registered, submitted, reviewed by the manager, and protected (商机报备)."""

from typing import Any

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.rpc import error_details_pb2
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money
from grpc_status import rpc_status
from millrace.approvals.v1.approval_requests_pb2 import ApproveRequest, ListApprovalsRequest, WithdrawRequest
from millrace.pipeline.v1 import registration_events_pb2 as states
from millrace.pipeline.v1 import registration_pb2 as messages
from millrace.pipeline.v1 import registration_service_pb2 as contract
from millrace.pipeline.v1.approval_service_pb2_grpc import ApprovalServiceStub
from millrace.pipeline.v1.registration_service_pb2_grpc import RegistrationServiceStub
from sqlalchemy import update

from chassis.principal import Scope
from services.pipeline.storage.metadata import ORGANIZATION
from tests.integration.pipeline.conftest import CHENGDU, HANGZHOU, MANAGER, WANG_LEI, ZHANG_WEI, PipelineHouse
from tests.support.serving import Caller

CRITERIA: list[Any] = list(messages.RegistrationCriterion.values())[1:]
NEED = "为 300 名销售上线分销管理系统，替换现有表格，需与金蝶对接"


def a_registration(**changes: Any) -> messages.Registration:
    registration = messages.Registration(
        company_name="杭州云帆科技有限公司",
        contact_name="王小明",
        phone="138 5711 2233",
        need=NEED,
        budget_min=Money(currency_code="CNY", units=400_000),
        budget_max=Money(currency_code="CNY", units=600_000),
        expected_close_date=Date(year=2026, month=6, day=30),
        follow_up_state=states.FOLLOW_UP_STATE_NEED_CONFIRMED,
        industry="软件",
    )
    registration.MergeFrom(messages.Registration(**changes))
    return registration


class Bureau:
    """Registrations as reps and managers handle them."""

    def __init__(self, house: PipelineHouse) -> None:
        self.house = house
        self.registrations = RegistrationServiceStub(house.channel)
        self.approvals = ApprovalServiceStub(house.channel)

    async def create(self, caller: Caller | None = None, **changes: Any) -> messages.Registration:
        request = contract.CreateRegistrationRequest(registration=a_registration(**changes))
        return await self.registrations.CreateRegistration(request, **(caller or self.house.zhang_wei))

    async def submit(self, name: str, caller: Caller | None = None) -> messages.Registration:
        request = contract.SubmitRegistrationRequest(name=name)
        return await self.registrations.SubmitRegistration(request, **(caller or self.house.zhang_wei))

    async def submitted(self, caller: Caller | None = None, **changes: Any) -> messages.Registration:
        return await self.submit((await self.create(caller, **changes)).name, caller)

    async def get(self, name: str, caller: Caller | None = None) -> messages.Registration:
        request = contract.GetRegistrationRequest(name=name)
        return await self.registrations.GetRegistration(request, **(caller or self.house.boss))

    async def review(
        self, registration: messages.Registration, outcome: Any, caller: Caller | None = None, **more: Any
    ) -> messages.Registration:
        request = contract.ReviewRegistrationRequest(
            name=registration.name,
            outcome=outcome,
            verdicts=more.pop("verdicts", five_verdicts()),
            content_hash=more.pop("content_hash", registration.content_hash),
            **more,
        )
        return await self.registrations.ReviewRegistration(request, **(caller or self.house.li_na))

    async def approve(self, registration: messages.Registration, caller: Caller | None = None) -> messages.Registration:
        return await self.review(registration, contract.REVIEW_OUTCOME_APPROVE, caller)

    async def waiting(self, caller: Caller) -> list[str]:
        page = await self.approvals.ListApprovals(ListApprovalsRequest(awaiting_me=True), **caller)
        return [each.subject for each in page.approvals]


def five_verdicts(*, met: bool = True) -> list[messages.CriterionVerdict]:
    return [messages.CriterionVerdict(criterion=number, met=met) for number in CRITERIA]


async def refused(call: Any) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value.code(), caught.value.details() or ""


@pytest.fixture
def bureau(house: PipelineHouse) -> Bureau:
    return Bureau(house)


async def test_a_registration_is_begun_with_its_owner_and_his_team(bureau: Bureau) -> None:
    begun = await bureau.create()
    assert (begun.owner, begun.team, begun.state) == (
        f"members/{ZHANG_WEI}",
        f"teams/{HANGZHOU}",
        states.REGISTRATION_STATE_DRAFT,
    )
    assert await bureau.house.subjects("registration") == ["registration.created"]


async def test_submission_starts_the_review_by_itself_and_the_reviewer_is_told(bureau: Bureau) -> None:
    registration = await bureau.submitted()
    assert registration.state == states.REGISTRATION_STATE_UNDER_REVIEW
    assert [check.passed for check in registration.checks] == [True] * 5
    assert registration.checks[1].reasons[0].text == "需求描述具体"
    assert await bureau.waiting(bureau.house.li_na) == [registration.name]
    assert await bureau.waiting(bureau.house.wang_lei) == []
    assert await bureau.house.subjects("approval") == ["approval.requested"]


async def test_every_missing_field_is_named_in_words(bureau: Bureau) -> None:
    stub = bureau.registrations
    empty = await stub.CreateRegistration(
        contract.CreateRegistrationRequest(registration=messages.Registration(company_name="杭州云帆科技有限公司")),
        **bureau.house.zhang_wei,
    )
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await bureau.submit(empty.name)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    refusal: Any = caught.value
    status, bad = rpc_status.from_call(refusal), error_details_pb2.BadRequest()
    assert status is not None
    next(each for each in status.details if each.Is(bad.DESCRIPTOR)).Unpack(bad)
    assert [(each.field, each.description) for each in bad.field_violations] == [
        ("registration.phone", "请填写至少一种联系方式"),
        ("registration.need", "请填写客户需求"),
        ("registration.budget_min", "请填写预算金额或范围"),
        ("registration.expected_close_date", "请填写预计成交日期或决策周期"),
        ("registration.follow_up_state", "请选择跟进状态"),
    ]


async def test_what_a_submission_would_meet_is_told_before(bureau: Bureau) -> None:
    draft = await bureau.create(need="先看看")
    found = await bureau.registrations.CheckRegistration(
        contract.CheckRegistrationRequest(name=draft.name), **bureau.house.zhang_wei
    )
    assert list(found.missing_fields) == []
    assert [check.passed for check in found.checks] == [True, False, True, True, True]


async def test_an_approved_registration_is_reviewed_and_protects_the_customer(bureau: Bureau) -> None:
    approved = await bureau.approve(await bureau.submitted())
    assert approved.state == states.REGISTRATION_STATE_APPROVED
    assert len(approved.verdicts) == 5
    assert approved.protection_end_time.ToDatetime().date().isoformat() == "2026-05-31"
    assert await bureau.waiting(bureau.house.li_na) == []
    assert await bureau.house.subjects("approval") == ["approval.requested", "approval.approved"]


async def test_a_returned_registration_is_corrected_and_submitted_again(bureau: Bureau) -> None:
    registration = await bureau.submitted()
    outcome = contract.REVIEW_OUTCOME_RETURN
    assert (await refused(bureau.review(registration, outcome)))[0] is grpc.StatusCode.INVALID_ARGUMENT
    returned = await bureau.review(registration, outcome, comment="请补充用户数", verdicts=five_verdicts(met=False))
    assert (returned.state, returned.review_comment) == (states.REGISTRATION_STATE_RETURNED, "请补充用户数")
    edited = messages.Registration(name=returned.name, etag=returned.etag, need=f"{NEED}，共 300 名用户")
    await bureau.registrations.UpdateRegistration(
        contract.UpdateRegistrationRequest(registration=edited, update_mask=FieldMask(paths=["need"])),
        **bureau.house.zhang_wei,
    )
    again = await bureau.submit(returned.name)
    assert (again.state, again.phone) == (states.REGISTRATION_STATE_UNDER_REVIEW, "138 5711 2233")
    assert again.approval != registration.approval
    assert (await refused(bureau.approve(registration)))[0] is grpc.StatusCode.FAILED_PRECONDITION
    assert (await bureau.approve(again)).state == states.REGISTRATION_STATE_APPROVED


async def test_a_rejected_registration_is_rejected_with_a_reason_for_good(bureau: Bureau) -> None:
    registration = await bureau.submitted()
    rejected = await bureau.review(registration, contract.REVIEW_OUTCOME_REJECT, comment="非目标客户")
    assert rejected.state == states.REGISTRATION_STATE_REJECTED
    assert (await refused(bureau.submit(rejected.name)))[0] is grpc.StatusCode.FAILED_PRECONDITION


async def test_nobody_reviews_his_own_registration(bureau: Bureau) -> None:
    registration = await bureau.submitted()
    himself = bureau.house.as_member(ZHANG_WEI, Scope.ALL, may=MANAGER, role="sales_director")
    code, text = await refused(bureau.approve(registration, himself))
    assert (code, text) == (grpc.StatusCode.FAILED_PRECONDITION, "不能审批自己提交、参与撰写或归自己所有的申请")


async def test_nothing_opens_for_an_owner_who_has_left(bureau: Bureau) -> None:
    registration = await bureau.submitted()
    members = ORGANIZATION.members
    await bureau.house.organize(update(members).where(members.c.uuid == ZHANG_WEI).values(active=False, version=2))
    code, _ = await refused(bureau.approve(registration))
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert (await bureau.get(registration.name)).state == states.REGISTRATION_STATE_UNDER_REVIEW


async def test_an_approval_without_verdicts_is_refused_whichever_way_it_comes(bureau: Bureau) -> None:
    registration = await bureau.submitted()
    request = ApproveRequest(name=registration.approval, content_hash=registration.content_hash)
    code, text = await refused(bureau.approvals.Approve(request, **bureau.house.li_na))
    assert code is grpc.StatusCode.FAILED_PRECONDITION
    assert text == "请对每条审核标准给出结论，尚缺：客户、需求、预算、成交时间、跟进状态"
    assert (await bureau.get(registration.name)).state == states.REGISTRATION_STATE_UNDER_REVIEW


async def test_whoever_submitted_takes_it_back_and_edits_it(bureau: Bureau) -> None:
    registration = await bureau.submitted()
    await bureau.approvals.Withdraw(WithdrawRequest(name=registration.approval), **bureau.house.zhang_wei)
    assert (await bureau.get(registration.name)).state == states.REGISTRATION_STATE_DRAFT
    assert (await bureau.house.subjects("registration"))[-1] == "registration.withdrawn"


async def test_a_repeated_submission_has_one_effect(bureau: Bureau) -> None:
    draft = await bureau.create()
    request = contract.SubmitRegistrationRequest(name=draft.name, request_id="once")
    first = await bureau.registrations.SubmitRegistration(request, **bureau.house.zhang_wei)
    assert await bureau.registrations.SubmitRegistration(request, **bureau.house.zhang_wei) == first
    assert await bureau.house.subjects("approval") == ["approval.requested"]


async def test_partners_see_only_their_own_registrations(bureau: Bureau) -> None:
    registration = await bureau.submitted()
    partner = bureau.house.wang_lei
    assert (await refused(bureau.get(registration.name, partner)))[0] is grpc.StatusCode.NOT_FOUND
    request = contract.ListRegistrationsRequest(filter="state = REGISTRATION_STATE_UNDER_REVIEW")
    assert (await bureau.registrations.ListRegistrations(request, **partner)).total_size == 0
    assert (await bureau.registrations.ListRegistrations(request, **bureau.house.zhang_wei)).total_size == 1


async def test_a_manager_of_another_team_reviews_nothing_here(bureau: Bureau) -> None:
    registration = await bureau.submitted()
    elsewhere = bureau.house.as_member(WANG_LEI, Scope.TEAM, may=MANAGER, team=CHENGDU)
    assert (await refused(bureau.approve(registration, elsewhere)))[0] is grpc.StatusCode.NOT_FOUND


async def test_an_update_needs_the_present_version_and_a_draft(bureau: Bureau) -> None:
    draft = await bureau.create()
    edited = messages.Registration(name=draft.name, etag="7", need="别的")
    request = contract.UpdateRegistrationRequest(registration=edited, update_mask=FieldMask(paths=["need"]))
    stub = bureau.registrations
    assert (await refused(stub.UpdateRegistration(request, **bureau.house.zhang_wei)))[0] is grpc.StatusCode.ABORTED
    submitted = await bureau.submit(draft.name)
    request.registration.etag = submitted.etag
    code, text = await refused(stub.UpdateRegistration(request, **bureau.house.zhang_wei))
    assert (code, text) == (grpc.StatusCode.FAILED_PRECONDITION, "该报备正在审核，不能修改")


async def test_who_may_not_see_contacts_and_money_sees_masks(bureau: Bureau) -> None:
    registration = await bureau.submitted()
    blind = bureau.house.as_member(ZHANG_WEI, Scope.ALL, may=("pipeline.read",))
    seen = await bureau.get(registration.name, blind)
    assert (seen.phone, seen.HasField("budget_min"), seen.contact_name) == ("138****2233", False, "王小明")


async def test_the_form_tells_norm_and_examples_in_the_readers_language(bureau: Bureau) -> None:
    request = contract.GetRegistrationFormRequest()
    chinese = await bureau.registrations.GetRegistrationForm(request, **bureau.house.zhang_wei)
    assert [each.label for each in chinese.fields] == [
        "客户名称",
        "联系方式",
        "客户需求",
        "预算",
        "预计成交时间",
        "跟进状态",
    ]
    assert list(chinese.fields[3].paths) == ["budget_min", "budget_max"]
    english = bureau.house.as_member(ZHANG_WEI, Scope.OWN, locale="en")
    told = await bureau.registrations.GetRegistrationForm(request, **english)
    assert told.fields[2].bad_example == "Wants to have a look"
