"""Quotes through gRPC and PostgreSQL: priced, judged, approved, sent, revised, and contracted only when approved."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.type.date_pb2 import Date
from google.type.decimal_pb2 import Decimal
from google.type.money_pb2 import Money
from millrace.approvals.v1.approval_requests_pb2 import ApproveRequest, GetApprovalRequest, ReturnRequest
from millrace.contracts.v1 import quote_events_pb2 as states
from millrace.contracts.v1.approval_service_pb2_grpc import ApprovalServiceStub
from millrace.contracts.v1.contract_pb2 import Contract
from millrace.contracts.v1.contract_service_pb2 import CreateContractRequest
from millrace.contracts.v1.contract_service_pb2_grpc import ContractServiceStub
from millrace.contracts.v1.price_book_pb2 import PriceBook, PriceBookEntry
from millrace.contracts.v1.price_book_service_pb2 import (
    CreatePriceBookRequest,
    GetPriceBookRequest,
    UpdatePriceBookRequest,
)
from millrace.contracts.v1.price_book_service_pb2_grpc import PriceBookServiceStub
from millrace.contracts.v1.product_pb2 import Product
from millrace.contracts.v1.product_service_pb2 import CreateProductRequest, UpdateProductRequest
from millrace.contracts.v1.product_service_pb2_grpc import ProductServiceStub
from millrace.contracts.v1.quote_pb2 import Quote, QuoteLine
from millrace.contracts.v1.quote_service_pb2 import (
    CompareQuotesRequest,
    CreateQuoteRequest,
    GetQuoteRequest,
    ListQuotesRequest,
    ReviseQuoteRequest,
    SendQuoteRequest,
    SimulateQuoteRequest,
    SubmitQuoteRequest,
    UpdateQuoteRequest,
)
from millrace.contracts.v1.quote_service_pb2_grpc import QuoteServiceStub
from millrace.contracts.v1.rule_set_service_pb2_grpc import RuleSetServiceStub
from millrace.contracts.v1.signature_service_pb2 import DownloadSignatureDocumentRequest
from millrace.contracts.v1.signature_service_pb2_grpc import SignatureServiceStub
from millrace.rules.v1.rule_set_requests_pb2 import GetRuleSetRequest, UpdateRuleSetRequest
from sqlalchemy import text

from chassis.jobs import carry_out
from chassis.principal import Scope, service_principal
from chassis.wire import uuid_of
from chassis.work import UnitOfWork
from services.contracts.application.quotes import expire_quotes, hand_over_quotes, know_opportunity
from services.contracts.domain.quote_terms import Deal
from services.contracts.rpc.quote_wiring import quote_desk
from services.contracts.storage.quotes import QUOTE_RECORD, quote_by_itself
from tests.integration.contracts.conftest import EAST, HANGZHOU, LI_NA, WANG_FANG, ZHANG_WEI, ContractsHouse
from tests.integration.contracts.lives import approved, downloaded, ended, reviewed, sent, sign, told
from tests.integration.contracts.test_contract_life import refusal

OPPORTUNITY, ACCOUNT = uuid4(), uuid4()
APPROVING = ("contracts.read", "contracts.write", "contracts.approve", "contracts.see_money")


class Shop:
    """A service that sells one product at CNY 10,000, with an opportunity of Zhang Wei."""

    def __init__(self, house: ContractsHouse) -> None:
        self.house = house
        self.stub = QuoteServiceStub(house.channel)
        self.product = self.book = ""

    async def open(self) -> None:
        self.product = await self.sells("MR-PRO")
        entry = PriceBookEntry(product=self.product, unit_price=Decimal(value="10000"))
        book = PriceBook(display_name="标准价目表", currency="CNY", entries=[entry])
        stub = PriceBookServiceStub(self.house.channel)
        made = await stub.CreatePriceBook(CreatePriceBookRequest(price_book=book), **self.house.boss)
        self.book = made.name
        await self.knows(OPPORTUNITY)

    async def sells(self, code: str) -> str:
        product = Product(code=code, display_name="渠成 CRM 专业版", unit="套", tax_rate=Decimal(value="0.13"))
        stub = ProductServiceStub(self.house.channel)
        return (await stub.CreateProduct(CreateProductRequest(product=product), **self.house.boss)).name

    async def knows(self, opportunity: UUID, *, owner: UUID = ZHANG_WEI) -> None:
        deal = Deal(opportunity=opportunity, account=ACCOUNT, owner=owner, team=HANGZHOU, region=EAST)
        await self.by_itself(lambda work: know_opportunity(work, deal=deal))

    async def by_itself(self, use_case: Any) -> Any:
        account = service_principal("contracts", {"contracts.write": Scope.ALL})
        return await carry_out(self.house.parts.store, account, action="test", use_case=use_case)

    def offer(self, discount: str = "0", **fields: Any) -> Quote:
        line = QuoteLine(product=self.product, quantity=Decimal(value="1"), line_discount=Decimal(value=discount))
        told: dict[str, Any] = {"opportunity": f"opportunities/{OPPORTUNITY}", "price_book": self.book, "lines": [line]}
        return Quote(**{**told, **fields})

    async def quote(self, discount: str = "0", **fields: Any) -> Quote:
        request = CreateQuoteRequest(quote=self.offer(discount, **fields))
        return await self.stub.CreateQuote(request, **self.house.zhang_wei)

    async def submit(self, quote: Quote, **caller: Any) -> Quote:
        return await self.stub.SubmitQuote(SubmitQuoteRequest(name=quote.name), **(caller or self.house.zhang_wei))

    async def send(self, quote: Quote) -> Quote:
        return await self.stub.SendQuote(SendQuoteRequest(name=quote.name), **self.house.zhang_wei)

    async def read(self, quote: Quote) -> Quote:
        return await self.stub.GetQuote(GetQuoteRequest(name=quote.name), **self.house.boss)

    async def reprice(self, quote: Quote, discount: str) -> Quote:
        changed = self.offer(discount, name=quote.name, etag=quote.etag)
        request = UpdateQuoteRequest(quote=changed, update_mask=FieldMask(paths=["lines"]))
        return await self.stub.UpdateQuote(request, **self.house.zhang_wei)

    async def approve(self, quote: Quote, *, role: str = "regional_manager", by: UUID = WANG_FANG) -> None:
        caller = self.house.as_member(by, Scope.REGION, roles=(role,), may=APPROVING)
        stub = ApprovalServiceStub(self.house.channel)
        approval = await stub.GetApproval(GetApprovalRequest(name=quote.approval), **caller)
        await stub.Approve(ApproveRequest(name=approval.name, content_hash=approval.content_hash), **caller)

    async def send_back(self, quote: Quote) -> None:
        caller = self.house.as_member(WANG_FANG, Scope.REGION, roles=("regional_manager",), may=APPROVING)
        request = ReturnRequest(name=quote.approval, content_hash=quote.content_hash, comment="折扣太大")
        await ApprovalServiceStub(self.house.channel).Return(request, **caller)


@pytest.fixture
async def shop(house: ContractsHouse) -> Shop:
    shop = Shop(house)
    await shop.open()
    return shop


async def test_a_quote_within_the_limit_is_approved_at_once_and_sent(shop: Shop) -> None:
    quote = await shop.submit(await shop.quote("0.15"))
    assert (quote.state, quote.approval) == (states.QUOTE_STATE_APPROVED, "")
    assert (quote.list_total.units, quote.net_total.units, quote.tax_total.units) == (10000, 8500, 1105)
    assert (quote.discount.value, quote.discount_display) == ("0.15", "85折")
    assert quote.valid_until == Date(year=2026, month=4, day=1)
    assert (await shop.send(quote)).state == states.QUOTE_STATE_SENT
    assert await told(shop.house, "quote") == ["created", "approved", "sent"]


@pytest.mark.parametrize("discount", ["0.15004", "0.1501"])
async def test_a_discount_over_15_percent_needs_the_regional_manager(shop: Shop, discount: str) -> None:
    quote = await shop.submit(await shop.quote(discount))
    assert quote.state == states.QUOTE_STATE_PENDING_APPROVAL
    assert "is not approved" in await refusal(shop.send(quote))
    assert "Regional manager" in await refusal(shop.approve(quote, role="sales_manager"))
    await shop.approve(quote)
    assert (await shop.send(quote)).state == states.QUOTE_STATE_SENT


async def test_nobody_approves_his_own_quote_whatever_his_role(shop: Shop) -> None:
    quote = await shop.submit(await shop.quote("0.2"))
    assert "Nobody" in await refusal(shop.approve(quote, by=ZHANG_WEI))
    assert (await shop.read(quote)).state == states.QUOTE_STATE_PENDING_APPROVAL


async def test_editing_an_approved_quote_ends_its_approval(shop: Shop) -> None:
    quote = await shop.submit(await shop.quote("0.2"))
    await shop.approve(quote)
    changed = await shop.reprice(await shop.read(quote), "0.25")
    assert (changed.state, changed.approval) == (states.QUOTE_STATE_DRAFT, "")
    assert "is not approved" in await refusal(shop.send(changed))
    assert (await told(shop.house, "approval"))[-1] == "outdated"


async def test_a_quote_names_the_version_of_the_rules_it_was_judged_by(shop: Shop) -> None:
    shipped = await shop.submit(await shop.quote("0.1"))
    stub: Any = RuleSetServiceStub(shop.house.channel)
    rules = await stub.GetRuleSet(GetRuleSetRequest(name="contractRuleSets/discount_authority"), **shop.house.boss)
    rules.body["splitting"]["days"] = 31
    changed = await stub.UpdateRuleSet(UpdateRuleSetRequest(rule_set=rules), **shop.house.boss)
    judged = await shop.submit(await shop.quote("0.2"))
    assert (shipped.rules_version, judged.rules_version, changed.etag) == (0, 1, "1")


async def test_an_approver_decides_only_about_what_he_saw(shop: Shop) -> None:
    asked = await shop.submit(await shop.quote("0.2"))
    await shop.reprice(asked, "0.29")
    assert (await refusal(shop.approve(asked))).startswith("FAILED_PRECONDITION")


async def test_a_returned_quote_says_why_and_is_asked_for_again(shop: Shop) -> None:
    quote = await shop.submit(await shop.quote("0.2"))
    await shop.send_back(quote)
    returned = await shop.read(quote)
    assert (returned.state, returned.comment) == (states.QUOTE_STATE_RETURNED, "折扣太大")
    assert (await shop.submit(await shop.reprice(returned, "0.1"))).state == states.QUOTE_STATE_APPROVED


async def test_trying_out_tells_who_must_approve_and_keeps_nothing(shop: Shop) -> None:
    request = SimulateQuoteRequest(quote=shop.offer("0.152"))
    answer = await shop.stub.SimulateQuote(request, **shop.house.zhang_wei)
    assert (answer.approval_needed, list(answer.roles)) == (True, ["regional_manager", "sales_director"])
    assert [reason.code for reason in answer.reasons] == ["DISCOUNT_OF_LINE_OVER_LIMIT", "DISCOUNT_IN_TOTAL_OVER_LIMIT"]
    assert answer.quote.net_total.units == 8480
    listed = await shop.stub.ListQuotes(ListQuotesRequest(), **shop.house.boss)
    assert listed.total_size == 0


async def test_coupons_count_as_discount(shop: Shop) -> None:
    coupons = Money(currency_code="CNY", units=1501)
    assert (await shop.submit(await shop.quote(coupons=coupons))).state == states.QUOTE_STATE_PENDING_APPROVAL


async def test_quotes_of_one_customer_are_judged_together(shop: Shop) -> None:
    many = [QuoteLine(product=shop.product, quantity=Decimal(value="40"), line_discount=Decimal(value="0.15"))]
    first = await shop.submit(await shop.quote(lines=many))
    second = await shop.submit(await shop.quote(lines=many))
    assert (first.state, second.state) == (states.QUOTE_STATE_APPROVED, states.QUOTE_STATE_PENDING_APPROVAL)
    assert [reason.code for reason in second.reasons] == ["QUOTES_SPLIT"]


async def test_a_revision_takes_the_place_of_the_version_before(shop: Shop) -> None:
    sent = await shop.send(await shop.submit(await shop.quote("0.1")))
    revised = await shop.stub.ReviseQuote(ReviseQuoteRequest(name=sent.name), **shop.house.zhang_wei)
    assert (revised.revision, revised.previous, revised.number) == (2, sent.name, sent.number)
    assert (await shop.read(sent)).state == states.QUOTE_STATE_SUPERSEDED
    changed = await shop.reprice(revised, "0.12")
    answer = await shop.stub.CompareQuotes(CompareQuotesRequest(name=changed.name), **shop.house.zhang_wei)
    (line,) = answer.differences
    assert (line.before.discount.value, line.after.discount.value) == ("0.1", "0.12")
    assert (answer.gross_before.units, answer.gross_after.units) == (10170, 9944)


async def test_a_quote_no_longer_holds_after_its_last_day(shop: Shop) -> None:
    quote = await shop.submit(await shop.quote(valid_until=Date(year=2026, month=3, day=2)))
    desk = quote_desk(shop.house.parts)
    assert await shop.by_itself(lambda work: expire_quotes(work, desk)) == 0
    shop.house.clock.travel(days=1)
    assert await shop.by_itself(lambda work: expire_quotes(work, desk)) == 1
    assert (await shop.read(quote)).state == states.QUOTE_STATE_EXPIRED


async def test_an_expired_quote_is_revised_at_the_prices_of_today(shop: Shop) -> None:
    quote = await shop.submit(await shop.quote("0.15", valid_until=Date(year=2026, month=3, day=2)))
    shop.house.clock.travel(days=1)
    desk = quote_desk(shop.house.parts)
    await shop.by_itself(lambda work: expire_quotes(work, desk))
    dearer = PriceBookEntry(product=shop.product, unit_price=Decimal(value="12000"))
    stub = PriceBookServiceStub(shop.house.channel)
    book = await stub.GetPriceBook(GetPriceBookRequest(name=shop.book), **shop.house.boss)
    changed = PriceBook(name=book.name, etag=book.etag, entries=[dearer])
    request = UpdatePriceBookRequest(price_book=changed, update_mask=FieldMask(paths=["entries"]))
    await stub.UpdatePriceBook(request, **shop.house.boss)
    revised = await shop.stub.ReviseQuote(ReviseQuoteRequest(name=quote.name), **shop.house.zhang_wei)
    assert (revised.revision, revised.list_total.units) == (2, 12_000)


async def test_a_quote_does_not_begin_with_a_last_day_that_is_past(shop: Shop) -> None:
    past = Date(year=2026, month=3, day=1)
    assert "quote.valid_until" in await refusal(shop.quote(valid_until=past))


async def test_a_contract_is_neither_drafted_nor_sent_after_the_last_day_of_its_quote(shop: Shop) -> None:
    last = Date(year=2026, month=3, day=2)
    quote = await shop.submit(await shop.quote(valid_until=last, buyer="杭州云帆科技有限公司"))
    other = await shop.submit(await shop.quote(valid_until=last))
    contract = await approved(shop.house, await reviewed(shop.house, await contracted(shop, quote)))
    shop.house.clock.travel(days=1)
    assert "2026-03-02" in await refusal(contracted(shop, other))
    assert "2026-03-02" in await refusal(sent(shop.house, contract))
    desk = quote_desk(shop.house.parts)
    assert await shop.by_itself(lambda work: expire_quotes(work, desk)) == 2


async def test_only_an_approved_quote_becomes_a_contract(shop: Shop) -> None:
    quote = await shop.submit(await shop.quote("0.2", buyer="杭州云帆科技有限公司"))
    stub = ContractServiceStub(shop.house.channel)
    request = CreateContractRequest(contract=Contract(quote=quote.name))
    assert "is not approved" in await refusal(stub.CreateContract(request, **shop.house.zhang_wei))
    await shop.approve(quote)
    contract = await stub.CreateContract(request, **shop.house.zhang_wei)
    assert (contract.amount.units, contract.buyer) == (9040, "杭州云帆科技有限公司")
    contract = await approved(shop.house, await reviewed(shop.house, contract))
    await sign(shop.house, await sent(shop.house, contract))
    assert (await shop.read(quote)).state == states.QUOTE_STATE_ACCEPTED


async def contracted(shop: Shop, quote: Quote) -> Contract:
    request = CreateContractRequest(contract=Contract(quote=quote.name))
    return await ContractServiceStub(shop.house.channel).CreateContract(request, **shop.house.zhang_wei)


async def test_a_quote_whose_signed_contract_was_ended_becomes_another_one(shop: Shop) -> None:
    quote = await shop.submit(await shop.quote("0.1", buyer="杭州云帆科技有限公司"))
    first = await approved(shop.house, await reviewed(shop.house, await contracted(shop, quote)))
    await sign(shop.house, await sent(shop.house, first))
    await ended(shop.house, first)
    assert (await shop.read(quote)).state == states.QUOTE_STATE_APPROVED
    second = await approved(shop.house, await reviewed(shop.house, await contracted(shop, quote)))
    await sign(shop.house, await sent(shop.house, second), request_id="sign-again")
    assert (await shop.read(quote)).state == states.QUOTE_STATE_ACCEPTED


async def test_prices_nobody_approved_stand_on_no_contract_that_is_handed_out(shop: Shop) -> None:
    quote = await shop.submit(await shop.quote("0.1", buyer="杭州云帆科技有限公司"))
    contract = await contracted(shop, quote)
    assert (await downloaded(shop.house, contract)).startswith(b"%PDF-")
    await shop.reprice(await shop.read(quote), "0.6")
    assert "is not approved" in await refusal(downloaded(shop.house, contract))


async def test_what_is_downloaded_of_a_contract_that_was_sent_is_what_the_customer_reads(shop: Shop) -> None:
    quote = await shop.submit(await shop.quote("0.1", buyer="杭州云帆科技有限公司"))
    contract = await approved(shop.house, await reviewed(shop.house, await contracted(shop, quote)))
    link = await sent(shop.house, contract)
    # Printed anew, it would be refused.
    async with shop.house.engine.begin() as connection:
        await connection.execute(text("update quotes set buyer = '别的客户'"))
    stub = SignatureServiceStub(shop.house.channel)
    request = DownloadSignatureDocumentRequest(token=link.token)
    shown = b"".join([piece.data async for piece in stub.DownloadSignatureDocument(request)])
    assert await downloaded(shop.house, contract) == shown


async def test_after_a_hand_over_the_new_owner_does_not_approve_what_is_his_now(shop: Shop) -> None:
    quote = await shop.submit(await shop.quote("0.2"))
    deal = Deal(opportunity=OPPORTUNITY, account=ACCOUNT, owner=WANG_FANG, team=HANGZHOU, region=EAST)
    await shop.by_itself(lambda work: hand_over_quotes(work, deal=deal))
    assert "Nobody" in await refusal(shop.approve(quote))
    assert (await shop.read(quote)).state == states.QUOTE_STATE_PENDING_APPROVAL
    await shop.approve(quote, by=LI_NA)
    assert (await shop.read(quote)).state == states.QUOTE_STATE_APPROVED


async def test_whoever_wrote_a_quote_does_not_approve_it_when_another_asks(shop: Shop) -> None:
    wang_fang = shop.house.as_member(WANG_FANG, Scope.REGION, roles=("regional_manager",), may=APPROVING)
    written = await shop.stub.CreateQuote(CreateQuoteRequest(quote=shop.offer("0.2")), **wang_fang)
    quote = await shop.submit(written)
    assert "Nobody" in await refusal(shop.approve(quote))


async def test_a_question_nobody_need_answer_any_more_waits_for_nobody(shop: Shop) -> None:
    many = [QuoteLine(product=shop.product, quantity=Decimal(value="40"), line_discount=Decimal(value="0.15"))]
    first = await shop.submit(await shop.quote(lines=many))
    second = await shop.submit(await shop.quote(lines=many))
    await shop.by_itself(lambda work: expire(work, first))
    assert (await shop.submit(second)).state == states.QUOTE_STATE_APPROVED
    assert await told(shop.house, "approval") == ["requested", "outdated"]


async def expire(work: UnitOfWork, quote: Quote) -> None:
    found = await quote_by_itself(work, uuid_of(quote.name))
    work.save(QUOTE_RECORD, found.expire(now=work.now))


async def test_a_contract_under_review_is_not_sent_when_its_quote_changes(shop: Shop) -> None:
    quote = await shop.submit(await shop.quote("0.1", buyer="杭州云帆科技有限公司"))
    request = CreateContractRequest(contract=Contract(quote=quote.name))
    contract = await ContractServiceStub(shop.house.channel).CreateContract(request, **shop.house.zhang_wei)
    contract = await approved(shop.house, await reviewed(shop.house, contract))
    await shop.reprice(await shop.read(quote), "0.5")
    assert "is not approved" in await refusal(sent(shop.house, contract))


async def test_others_neither_see_the_quote_nor_make_one_for_the_opportunity(shop: Shop) -> None:
    quote = await shop.quote()
    other = shop.house.as_member(LI_NA)
    assert (await refusal(shop.stub.GetQuote(GetQuoteRequest(name=quote.name), **other))).startswith("NOT_FOUND")
    request = CreateQuoteRequest(quote=shop.offer())
    assert "may not quote" in await refusal(shop.stub.CreateQuote(request, **other))


async def test_a_repeat_makes_one_quote(shop: Shop) -> None:
    request = CreateQuoteRequest(quote=shop.offer(), request_id="once")
    first = await shop.stub.CreateQuote(request, **shop.house.zhang_wei)
    assert await shop.stub.CreateQuote(request, **shop.house.zhang_wei) == first


async def test_a_stale_version_is_not_submitted(shop: Shop) -> None:
    quote = await shop.quote()
    await shop.reprice(quote, "0.1")
    stale = SubmitQuoteRequest(name=quote.name, etag=quote.etag)
    assert (await refusal(shop.stub.SubmitQuote(stale, **shop.house.zhang_wei))).startswith("ABORTED")


async def test_bad_numbers_name_their_field(shop: Shop) -> None:
    request = CreateQuoteRequest(quote=shop.offer("1.2"))
    assert "quote.lines[0].line_discount" in await refusal(shop.stub.CreateQuote(request, **shop.house.zhang_wei))


async def test_a_code_is_taken_once_and_money_is_seen_by_whom_it_concerns(shop: Shop) -> None:
    assert "MR-PRO is taken" in await refusal(shop.sells("MR-PRO"))
    blind = shop.house.as_member(ZHANG_WEI, may=("contracts.read",))
    quote = await shop.quote()
    seen = await shop.stub.GetQuote(GetQuoteRequest(name=quote.name), **blind)
    assert not seen.HasField("gross_total")


async def test_an_archived_product_is_no_longer_quoted(shop: Shop) -> None:
    product = Product(name=shop.product, etag="1", tax_rate=Decimal(value="0.13"), active=False)
    request = UpdateProductRequest(product=product, update_mask=FieldMask(paths=["active"]))
    await ProductServiceStub(shop.house.channel).UpdateProduct(request, **shop.house.boss)
    assert "no longer sold" in await refusal(shop.quote())
