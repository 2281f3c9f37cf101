"""A contract nobody signed follows its quote: a draft again when that moves, on what is approved next (ADR 85)."""

from typing import Any

import pytest
from google.type.decimal_pb2 import Decimal
from millrace.approvals.v1.approval_requests_pb2 import ApproveRequest, GetApprovalRequest
from millrace.contracts.v1 import contract_events_pb2 as states
from millrace.contracts.v1.approval_service_pb2_grpc import ApprovalServiceStub
from millrace.contracts.v1.contract_amendment_events_pb2 import ContractAmendmentState
from millrace.contracts.v1.contract_amendment_pb2 import ContractAmendment
from millrace.contracts.v1.contract_amendment_service_pb2 import GetContractAmendmentRequest
from millrace.contracts.v1.contract_pb2 import Contract
from millrace.contracts.v1.contract_service_pb2 import (
    ActivateContractRequest,
    RecallContractRequest,
    ReissueSignatureLinkRequest,
    TerminateContractRequest,
)
from millrace.contracts.v1.contract_service_pb2_grpc import ContractServiceStub
from millrace.contracts.v1.quote_events_pb2 import (
    QUOTE_STATE_ACCEPTED,
    QUOTE_STATE_APPROVED,
    QUOTE_STATE_PENDING_APPROVAL,
    QUOTE_STATE_WITHDRAWN,
)
from millrace.contracts.v1.quote_pb2 import Quote, QuoteLine
from millrace.contracts.v1.quote_service_pb2 import ReviseQuoteRequest, WithdrawQuoteRequest
from millrace.contracts.v1.signature_service_pb2 import ViewSignatureRequest
from millrace.contracts.v1.signature_service_pb2_grpc import SignatureServiceStub
from sqlalchemy import text

from services.contracts.application.quotes import expire_quotes
from services.contracts.rpc.quote_wiring import quote_desk
from services.contracts.storage.negotiations import keep_negotiating
from tests.integration.contracts.conftest import ContractsHouse
from tests.integration.contracts.lives import approved, ended, read, reviewed, sent, sign, told
from tests.integration.contracts.test_amendments import agreed, amendments, proposed, refused
from tests.integration.contracts.test_amendments import signed as signed_amendment
from tests.integration.contracts.test_contract_life import refusal
from tests.integration.contracts.test_negotiation import contracts, go_on
from tests.integration.contracts.test_quotes import OPPORTUNITY, Shop, contracted

BUYER = "杭州云帆科技有限公司"


@pytest.fixture
async def shop(house: ContractsHouse) -> Shop:
    shop = Shop(house)
    await shop.open()
    return shop


async def offered(shop: Shop, discount: str = "0.1") -> Quote:
    """An approved quote."""
    return await shop.submit(await shop.quote(discount, buyer=BUYER))


async def revised(shop: Shop, quote: Quote) -> Quote:
    """The next version, which nobody approved yet."""
    return await shop.stub.ReviseQuote(ReviseQuoteRequest(name=quote.name), **shop.house.zhang_wei)


async def withdrawn(shop: Shop, quote: Quote) -> Quote:
    return await shop.stub.WithdrawQuote(WithdrawQuoteRequest(name=quote.name), **shop.house.zhang_wei)


async def under_review(shop: Shop, quote: Quote) -> Contract:
    return await reviewed(shop.house, await contracted(shop, quote))


async def recalled(shop: Shop, contract: Contract) -> Contract:
    stub = ContractServiceStub(shop.house.channel)
    return await stub.RecallContract(RecallContractRequest(name=contract.name), **shop.house.zhang_wei)


async def in_force(shop: Shop, quote: Quote) -> Contract:
    contract = await approved(shop.house, await under_review(shop, quote))
    await sign(shop.house, await sent(shop.house, contract), request_id=f"sign-{contract.name}")
    stub = ContractServiceStub(shop.house.channel)
    return await stub.ActivateContract(ActivateContractRequest(name=contract.name), **shop.house.zhang_wei)


async def negotiating(shop: Shop) -> None:
    await shop.by_itself(lambda work: keep_negotiating(work, opportunity=OPPORTUNITY, negotiating=True))


async def test_a_contract_under_review_is_a_draft_again_when_its_quote_is_revised(shop: Shop) -> None:
    quote = await offered(shop)
    contract = await under_review(shop, quote)
    await revised(shop, quote)
    after = await read(shop.house, contract)
    assert (after.state, after.approval) == (states.CONTRACT_STATE_DRAFT, "")
    assert (await told(shop.house, "approval"))[-1] == "outdated"
    stub: Any = ApprovalServiceStub(shop.house.channel)
    asked = await stub.GetApproval(GetApprovalRequest(name=contract.approval), **shop.house.legal)
    decision = ApproveRequest(name=asked.name, content_hash=asked.content_hash)
    assert (await refusal(stub.Approve(decision, **shop.house.legal))).startswith("FAILED_PRECONDITION")


async def test_a_link_holds_no_longer_when_the_quote_of_its_contract_moves(shop: Shop) -> None:
    quote = await offered(shop)
    contract = await approved(shop.house, await under_review(shop, quote))
    link = await sent(shop.house, contract)
    await shop.reprice(await shop.read(quote), "0.12")
    viewing = SignatureServiceStub(shop.house.channel).ViewSignature(ViewSignatureRequest(token=link.token))
    assert "已撤回" in await refusal(viewing)
    assert (await read(shop.house, contract)).state == states.CONTRACT_STATE_DRAFT


async def test_a_contract_is_a_draft_again_when_its_quote_is_taken_back_and_goes_on_with_another(shop: Shop) -> None:
    quote = await offered(shop)
    contract = await under_review(shop, quote)
    assert (await withdrawn(shop, quote)).state == QUOTE_STATE_WITHDRAWN
    after = await read(shop.house, contract)
    assert (after.state, after.approval) == (states.CONTRACT_STATE_DRAFT, "")
    assert (await refusal(reviewed(shop.house, after))).startswith("FAILED_PRECONDITION")
    following = await offered(shop)
    assert (await reviewed(shop.house, await contracted(shop, following))).quote == following.name


async def test_a_quote_that_is_taken_back_asks_nobody_and_concedes_nothing(shop: Shop) -> None:
    many = [QuoteLine(product=shop.product, quantity=Decimal(value="40"), line_discount=Decimal(value="0.15"))]
    await withdrawn(shop, await shop.submit(await shop.quote(lines=many)))
    asked = await shop.submit(await shop.quote("0.2"))
    assert asked.state == QUOTE_STATE_PENDING_APPROVAL
    gone = await withdrawn(shop, asked)
    assert (gone.state, gone.approval) == (QUOTE_STATE_WITHDRAWN, "")
    assert (await shop.submit(await shop.quote(lines=many))).state == QUOTE_STATE_APPROVED
    assert "is withdrawn and cannot become superseded" in await refusal(revised(shop, gone))


async def test_a_quote_a_signed_contract_rests_on_is_not_taken_back(shop: Shop) -> None:
    quote = await offered(shop)
    await in_force(shop, quote)
    assert "is accepted and cannot become withdrawn" in await refusal(withdrawn(shop, quote))


@pytest.mark.parametrize("revising", [True, False], ids=["revised", "edited"])
async def test_the_draft_takes_over_what_is_approved_next_and_is_signed(shop: Shop, *, revising: bool) -> None:
    quote = await offered(shop)
    contract = await under_review(shop, quote)
    begun = await revised(shop, quote) if revising else await shop.read(quote)
    following = await shop.submit(await shop.reprice(begun, "0.12"))
    after = await read(shop.house, contract)
    assert (after.quote, after.amount.units) == (following.name, 9944)
    assert list(after.clauses) == list(contract.clauses)
    ready = await approved(shop.house, await reviewed(shop.house, after))
    await sign(shop.house, await sent(shop.house, ready))
    assert (await shop.read(following)).state == QUOTE_STATE_ACCEPTED


async def test_a_renegotiated_price_leaves_one_contract_in_the_negotiation(shop: Shop) -> None:
    await negotiating(shop)
    quote = await offered(shop)
    await go_on(shop.house)
    (begun,) = await contracts(shop.house)
    following = await shop.submit(await revised(shop, quote))
    await go_on(shop.house)
    (after,) = await contracts(shop.house)
    assert (after.name, after.quote, after.state) == (begun.name, following.name, states.CONTRACT_STATE_DRAFT)


async def test_dropping_a_contract_begins_one_from_another_approved_quote(shop: Shop) -> None:
    await negotiating(shop)
    await offered(shop)
    await go_on(shop.house)
    (first,) = await contracts(shop.house)
    other = await offered(shop, "0.12")
    await go_on(shop.house)
    request = TerminateContractRequest(name=first.name, comment="换一份报价")
    await ContractServiceStub(shop.house.channel).TerminateContract(request, **shop.house.zhang_wei)
    await go_on(shop.house)
    standing = [each for each in await contracts(shop.house) if each.state != states.CONTRACT_STATE_TERMINATED]
    assert [(each.quote, each.state) for each in standing] == [(other.name, states.CONTRACT_STATE_LEGAL_REVIEW)]


async def test_what_somebody_dropped_does_not_begin_again_from_the_same_quote(shop: Shop) -> None:
    await negotiating(shop)
    await offered(shop)
    await go_on(shop.house)
    (first,) = await contracts(shop.house)
    request = TerminateContractRequest(name=first.name, comment="不签了")
    await ContractServiceStub(shop.house.channel).TerminateContract(request, **shop.house.zhang_wei)
    await go_on(shop.house)
    assert [each.name for each in await contracts(shop.house)] == [first.name]


async def test_a_contract_is_a_draft_again_when_its_quote_expires(shop: Shop) -> None:
    contract = await under_review(shop, await offered(shop))
    shop.house.clock.travel(days=60)
    desk = quote_desk(shop.house.parts)
    await shop.by_itself(lambda work: expire_quotes(work, desk))
    assert (await read(shop.house, contract)).state == states.CONTRACT_STATE_DRAFT


async def beside_its_contract(shop: Shop, change: str) -> None:
    """A write that its contract did not follow, as one at the same moment, or of a release before."""
    async with shop.house.engine.begin() as connection:
        await connection.execute(text(change))


async def test_legal_does_not_approve_a_contract_whose_quote_was_overtaken(shop: Shop) -> None:
    contract = await under_review(shop, await offered(shop))
    await beside_its_contract(shop, "update quotes set state = 'superseded'")
    assert await refused(approved(shop.house, contract)) == "CONTRACT_QUOTE_NOT_APPROVED"


async def test_legal_does_not_approve_an_amendment_whose_quote_was_overtaken(shop: Shop) -> None:
    contract = await in_force(shop, await offered(shop))
    amendment = await proposed(shop.house, contract, quote=(await offered(shop, "0.12")).name)
    await beside_its_contract(shop, "update quotes set state = 'superseded' where state = 'approved'")
    assert await refused(agreed(shop.house, amendment)) == "CONTRACT_QUOTE_NOT_APPROVED"


async def test_a_contract_that_is_recalled_takes_over_what_is_approved_by_then(shop: Shop) -> None:
    contract = await under_review(shop, await offered(shop))
    await beside_its_contract(shop, "update contracts set quote_hash = '\\x00', amount_minor = 1")
    after = await recalled(shop, contract)
    assert (after.state, after.amount) == (states.CONTRACT_STATE_DRAFT, contract.amount)
    assert (await reviewed(shop.house, after)).state == states.CONTRACT_STATE_LEGAL_REVIEW


async def test_an_amendment_under_way_is_dropped_when_its_quote_moves(shop: Shop) -> None:
    contract = await in_force(shop, await offered(shop))
    quote = await offered(shop, "0.12")
    amendment = await proposed(shop.house, contract, quote=quote.name)
    await shop.reprice(await shop.read(quote), "0.05")
    assert await refused(agreed(shop.house, amendment)) == "APPROVAL_NOT_PENDING"
    found = await amendment_now(shop, amendment)
    assert found.state == ContractAmendmentState.CONTRACT_AMENDMENT_STATE_DROPPED


async def amendment_now(shop: Shop, amendment: ContractAmendment) -> ContractAmendment:
    request = GetContractAmendmentRequest(name=amendment.name)
    return await amendments(shop.house).GetContractAmendment(request, **shop.house.zhang_wei)  # type: ignore[no-any-return]


async def test_a_quote_something_signed_rests_on_begins_no_contract_and_no_amendment(shop: Shop) -> None:
    first = await offered(shop)
    contract = await in_force(shop, first)
    second = await offered(shop, "0.12")
    amendment = await proposed(shop.house, contract, quote=second.name)
    await agreed(shop.house, amendment)
    await signed_amendment(shop.house, amendment)
    assert await refused(contracted(shop, second)) == "CONTRACT_QUOTE_ACCEPTED"
    assert await refused(proposed(shop.house, contract, quote=second.name)) == "CONTRACT_QUOTE_ACCEPTED"
    assert await refused(proposed(shop.house, contract, quote=first.name)) == "CONTRACT_QUOTE_ACCEPTED"


async def test_one_quote_is_not_both_contracted_and_agreed_upon_as_an_amendment(shop: Shop) -> None:
    contract = await in_force(shop, await offered(shop))
    quote, other = await offered(shop, "0.12"), await offered(shop, "0.11")
    amendment = await proposed(shop.house, contract, quote=quote.name)
    assert await refused(contracted(shop, quote)) == "CONTRACT_AMENDMENT_OPEN"
    await agreed(shop.house, amendment)
    await signed_amendment(shop.house, amendment)
    await contracted(shop, other)
    assert await refused(proposed(shop.house, contract, quote=other.name)) == "QUOTE_HAS_CONTRACT"


async def test_a_contract_is_neither_reviewed_nor_sent_on_a_quote_that_was_accepted_elsewhere(shop: Shop) -> None:
    first, second = await offered(shop), await offered(shop, "0.12")
    ready = await approved(shop.house, await under_review(shop, first))
    waiting = await under_review(shop, second)
    on_its_way = await sent(shop.house, await approved(shop.house, await under_review(shop, await offered(shop))))
    await beside_its_contract(shop, "update quotes set state = 'accepted'")
    assert await refused(sent(shop.house, ready)) == "CONTRACT_QUOTE_ACCEPTED"
    assert await refused(approved(shop.house, waiting)) == "CONTRACT_QUOTE_ACCEPTED"
    again = ReissueSignatureLinkRequest(name=on_its_way.contract.name, request_id="again")
    stub = ContractServiceStub(shop.house.channel)
    assert await refused(stub.ReissueSignatureLink(again, **shop.house.zhang_wei)) == "CONTRACT_QUOTE_ACCEPTED"
    assert await refused(reviewed(shop.house, await recalled(shop, waiting))) == "CONTRACT_QUOTE_ACCEPTED"
    assert await refused(sign(shop.house, on_its_way)) == "CONTRACT_QUOTE_ACCEPTED"


async def test_ending_an_amended_contract_gives_back_the_quote_that_was_accepted_last(shop: Shop) -> None:
    first = await offered(shop)
    contract = await in_force(shop, first)
    second = await offered(shop, "0.12")
    amendment = await proposed(shop.house, contract, quote=second.name)
    await agreed(shop.house, amendment)
    await signed_amendment(shop.house, amendment)
    await ended(shop.house, contract)
    assert (await shop.read(second)).state == QUOTE_STATE_APPROVED
    assert (await shop.read(first)).state == QUOTE_STATE_ACCEPTED
    assert (await contracted(shop, second)).amount.units == 9944
