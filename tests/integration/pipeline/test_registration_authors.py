"""Nobody reviews a registration he wrote a part of, whoever submitted it (P-03, ADR 84)."""

from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from millrace.approvals.v1.approval_requests_pb2 import ApproveRequest, ListApprovalsRequest
from millrace.pipeline.v1 import registration_events_pb2 as states
from millrace.pipeline.v1 import registration_pb2 as messages
from millrace.pipeline.v1 import registration_service_pb2 as contract
from sqlalchemy import text

from tests.integration.pipeline.conftest import ZHANG_WEI, PipelineHouse
from tests.integration.pipeline.test_registrations import Bureau, refused


@pytest.fixture
def bureau(house: PipelineHouse) -> Bureau:
    return Bureau(house)


async def corrected(bureau: Bureau, registration: messages.Registration, **caller: Any) -> messages.Registration:
    """The registration with another need, as somebody writes it."""
    changed = messages.Registration(
        name=registration.name, etag=registration.etag, need="为 500 名销售上线分销管理系统"
    )
    request = contract.UpdateRegistrationRequest(registration=changed, update_mask=FieldMask(paths=["need"]))
    return await bureau.registrations.UpdateRegistration(request, **caller)


async def test_whoever_began_a_registration_for_another_does_not_review_it(bureau: Bureau) -> None:
    begun = await bureau.create(bureau.house.li_na, owner=f"members/{ZHANG_WEI}")
    submitted = await bureau.submit(begun.name)
    assert "参与撰写" in (await refused(bureau.approve(submitted)))[1]
    assert (await bureau.get(begun.name)).state == states.REGISTRATION_STATE_UNDER_REVIEW
    assert await bureau.waiting(bureau.house.li_na) == []


async def test_whoever_corrected_a_registration_does_not_review_it(bureau: Bureau) -> None:
    written = await corrected(bureau, await bureau.create(), **bureau.house.li_na)
    submitted = await bureau.submit(written.name)
    assert "参与撰写" in (await refused(bureau.approve(submitted)))[1]


async def test_a_registration_is_not_approved_around_its_review_by_an_author(bureau: Bureau) -> None:
    """The approval itself is refused to him as well, with parties that were not known when it was asked."""
    submitted = await bureau.submit((await corrected(bureau, await bureau.create(), **bureau.house.li_na)).name)
    async with bureau.house.engine.begin() as connection:
        await connection.execute(text("update approvals set parties = null"))
    page = await bureau.approvals.ListApprovals(ListApprovalsRequest(), **bureau.house.li_na)
    (asked,) = [each for each in page.approvals if each.subject == submitted.name]
    decision = ApproveRequest(name=asked.name, content_hash=asked.content_hash)
    assert "参与撰写" in (await refused(bureau.approvals.Approve(decision, **bureau.house.li_na)))[1]
    assert "参与撰写" in (await refused(bureau.approve(submitted)))[1]


async def test_whoever_wrote_nothing_of_it_reviews_it(bureau: Bureau) -> None:
    approved = await bureau.approve(await bureau.submitted())
    assert approved.state == states.REGISTRATION_STATE_APPROVED
