"""Nobody decides about what he wrote a part of, whoever asked last and whose it is by now (C-03, ADR 84)."""

from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.type.decimal_pb2 import Decimal
from millrace.approvals.v1.approval_requests_pb2 import (
    ApproveRequest,
    GetApprovalRequest,
    ListApprovalsRequest,
    PreviewApproversRequest,
)
from millrace.contracts.v1 import contract_events_pb2 as contract_states
from millrace.contracts.v1 import quote_events_pb2 as states
from millrace.contracts.v1.approval_service_pb2_grpc import ApprovalServiceStub
from millrace.contracts.v1.contract_pb2 import Clause, Contract
from millrace.contracts.v1.contract_service_pb2 import (
    OpenLegalReviewRequest,
    TerminateContractRequest,
    UpdateContractRequest,
)
from millrace.contracts.v1.contract_service_pb2_grpc import ContractServiceStub
from millrace.contracts.v1.quote_pb2 import Quote
from millrace.contracts.v1.quote_service_pb2 import CreateQuoteRequest, ReviseQuoteRequest, UpdateQuoteRequest
from sqlalchemy import text

from chassis.principal import Scope
from services.contracts.application.quotes import hand_over_quotes
from services.contracts.domain.quote_terms import Deal
from tests.integration.contracts.conftest import (
    EAST,
    EVERYTHING,
    HANGZHOU,
    LI_NA,
    WANG_FANG,
    ZHANG_WEI,
    ContractsHouse,
)
from tests.integration.contracts.lives import approved, drafted, end_decided, read, reviewed, sent, sign
from tests.integration.contracts.test_contract_life import refusal
from tests.integration.contracts.test_quotes import ACCOUNT, APPROVING, OPPORTUNITY, Shop
from tests.support.serving import Caller


@pytest.fixture
async def shop(house: ContractsHouse) -> Shop:
    shop = Shop(house)
    await shop.open()
    return shop


def manager(house: ContractsHouse) -> Caller:
    """A regional manager who also writes."""
    return house.as_member(WANG_FANG, Scope.REGION, roles=("regional_manager",), may=APPROVING)


async def discounted(shop: Shop, quote: Quote, discount: str, caller: Caller) -> Quote:
    """The quote with another discount in total, as somebody writes it."""
    changed = Quote(name=quote.name, etag=quote.etag, total_discount=Decimal(value=discount))
    request = UpdateQuoteRequest(quote=changed, update_mask=FieldMask(paths=["total_discount"]))
    return await shop.stub.UpdateQuote(request, **caller)


async def test_whoever_wrote_the_discount_does_not_approve_it_when_another_submits(shop: Shop) -> None:
    quote = await discounted(shop, await shop.quote("0.1"), "0.2", manager(shop.house))
    asked = await shop.submit(quote)
    assert "Nobody" in await refusal(shop.approve(asked))
    assert (await shop.read(asked)).state == states.QUOTE_STATE_PENDING_APPROVAL
    await shop.approve(asked, by=LI_NA)
    assert (await shop.read(asked)).state == states.QUOTE_STATE_APPROVED


async def test_whoever_wrote_a_version_does_not_approve_the_next_one(shop: Shop) -> None:
    await shop.knows(OPPORTUNITY, owner=WANG_FANG)
    written = await shop.stub.CreateQuote(CreateQuoteRequest(quote=shop.offer("0.25")), **manager(shop.house))
    deal = Deal(opportunity=OPPORTUNITY, account=ACCOUNT, owner=ZHANG_WEI, team=HANGZHOU, region=EAST)
    await shop.by_itself(lambda work: hand_over_quotes(work, deal=deal))
    revised = await shop.stub.ReviseQuote(ReviseQuoteRequest(name=written.name), **shop.house.zhang_wei)
    assert "Nobody" in await refusal(shop.approve(await shop.submit(revised)))


async def test_whoever_looked_and_changed_nothing_may_approve(shop: Shop) -> None:
    quote = await shop.quote("0.2")
    same = await discounted(shop, quote, "0", manager(shop.house))
    assert same.etag == quote.etag
    await shop.approve(await shop.submit(same))


async def test_an_author_is_told_before_that_he_may_not_decide(shop: Shop) -> None:
    quote = await discounted(shop, await shop.quote("0.1"), "0.2", manager(shop.house))
    asked = await shop.submit(quote)
    stub: Any = ApprovalServiceStub(shop.house.channel)
    seen = await stub.GetApproval(GetApprovalRequest(name=asked.approval), **manager(shop.house))
    waiting = await stub.ListApprovals(ListApprovalsRequest(awaiting_me=True), **manager(shop.house))
    assert (seen.decidable, list(waiting.approvals)) == (False, [])
    previewed = await stub.PreviewApprovers(PreviewApproversRequest(name=asked.approval), **manager(shop.house))
    assert f"members/{WANG_FANG}" not in {each.name for each in previewed.approvers}


async def test_a_quote_of_before_has_its_creator_as_author(shop: Shop) -> None:
    written = await shop.stub.CreateQuote(CreateQuoteRequest(quote=shop.offer("0.2")), **manager(shop.house))
    async with shop.house.engine.begin() as connection:
        await connection.execute(text("update quotes set authors = null"))
    assert "Nobody" in await refusal(shop.approve(await shop.submit(written)))


def counsel(house: ContractsHouse) -> Caller:
    """Legal who may also write."""
    return house.as_member(LI_NA, Scope.ALL, roles=("legal",), may=EVERYTHING)


async def reworded(house: ContractsHouse, contract: Contract) -> Contract:
    """The draft with a clause that legal wrote."""
    contract.clauses.append(Clause(key="cap", heading="违约金上限", text="违约金累计不超过合同总金额的百分之十。"))
    request = UpdateContractRequest(contract=contract, update_mask=FieldMask(paths=["clauses"]))
    return await ContractServiceStub(house.channel).UpdateContract(request, **counsel(house))


async def test_whoever_wrote_a_clause_does_not_review_it_when_another_asks(house: ContractsHouse) -> None:
    contract = await reworded(house, await drafted(house))
    opened = await ContractServiceStub(house.channel).OpenLegalReview(
        OpenLegalReviewRequest(name=contract.name), **house.zhang_wei
    )
    stub: Any = ApprovalServiceStub(house.channel)
    asked = await stub.GetApproval(GetApprovalRequest(name=opened.approval), **counsel(house))
    decision = ApproveRequest(name=asked.name, content_hash=asked.content_hash)
    assert "Nobody" in await refusal(stub.Approve(decision, **counsel(house)))
    assert (await read(house, contract)).state == contract_states.CONTRACT_STATE_LEGAL_REVIEW
    await stub.Approve(decision, **house.legal)
    assert (await read(house, contract)).state == contract_states.CONTRACT_STATE_APPROVED


async def test_whoever_wrote_a_contract_does_not_agree_that_it_ends(house: ContractsHouse) -> None:
    contract = await approved(house, await reviewed(house, await reworded(house, await drafted(house))))
    await sign(house, await sent(house, contract))
    request = TerminateContractRequest(name=contract.name, comment="双方协商解除", request_id="end")
    await ContractServiceStub(house.channel).TerminateContract(request, **house.zhang_wei)
    assert "Nobody" in await refusal(end_decided(house, contract, counsel(house)))
