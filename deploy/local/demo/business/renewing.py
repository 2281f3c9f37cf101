"""Customers who go on (续约): a contract for a term is followed by another one, which takes its place."""

from datetime import date, timedelta
from typing import Any

import grpc
from google.api.httpbody_pb2 import HttpBody
from google.protobuf.field_mask_pb2 import FieldMask
from google.type.decimal_pb2 import Decimal as DecimalMessage
from millrace.approvals.v1.approval_requests_pb2 import ApproveRequest, GetApprovalRequest
from millrace.contracts.v1 import contract_pb2, contract_service_pb2, quote_pb2, quote_service_pb2
from millrace.pipeline.v1 import (
    account_service_pb2,
    evidence_pb2,
    evidence_service_pb2,
    opportunity_service_pb2,
    registration_pb2,
)
from millrace.pipeline.v1.registration_events_pb2 import FOLLOW_UP_STATE_NEED_CONFIRMED
from millrace.pipeline.v1.registration_service_pb2 import (
    REVIEW_OUTCOME_APPROVE,
    CreateRegistrationRequest,
    ReviewRegistrationRequest,
    SubmitRegistrationRequest,
)

from chassis.wire import date_message
from deploy.local.demo.business.actors import DIRECTOR, LEGAL, SELLER, Actors
from deploy.local.demo.business.catalogue import Catalogue
from deploy.local.demo.business.trading import PAPER

MOST = 6
HOLDS = timedelta(days=30)
SOON = timedelta(days=90)
TERM = timedelta(days=365)
_STATES = ("CONTRACT_STATE_EXPIRED", "CONTRACT_STATE_ACTIVE", "CONTRACT_STATE_RENEWED")
# Somebody else protects the customer, or what was to be done is done: there are others.
_REFUSED = frozenset({grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.ALREADY_EXISTS})


def renew_some(actors: Actors, catalogue: Catalogue, day: date) -> None:
    """Some customers whose terms are over, or soon will be, sign for another year; what was done answers again."""
    for contract in _ending(actors, day)[:MOST]:
        _Renewal(actors, catalogue, contract, day).carry_out()


class _Renewal:
    """One contract that is followed by another, step by step, each with its own request id."""

    def __init__(self, actors: Actors, catalogue: Catalogue, before: Any, day: date) -> None:
        self._actors = actors
        self._catalogue = catalogue
        self._before = before
        self._day = day
        self._begin = max(_last_day(before) + timedelta(days=1), day)
        self._key = f"demo-renew-{before.name[-12:]}"

    def carry_out(self) -> None:
        """A new opportunity of the same customer, offered, agreed upon and signed."""
        try:
            opportunity = self._open()
        except grpc.RpcError as error:
            if error.code() not in _REFUSED:
                raise
            return
        self._prove_need(opportunity)
        contract = self._draft(self._quote(opportunity))
        self._move(opportunity, "negotiation")
        self._agree(contract)
        self._sign(contract)
        if self._begin <= self._day:
            self._put_into_force(contract)

    def _open(self) -> str:
        """Registered for whoever looks after the customer, and reviewed, so that it counts."""
        self._value_customer()
        registration = registration_pb2.Registration(
            account=self._before.account,
            wechat="xuyue_caigou",
            need="合同期满续约，沿用现有产品",
            budget_min=self._before.amount,
            budget_max=self._before.amount,
            expected_close_date=date_message(self._day + HOLDS),
            follow_up_state=FOLLOW_UP_STATE_NEED_CONFIRMED,
            owner=self._before.owner,
        )
        create = CreateRegistrationRequest(registration=registration, request_id=f"{self._key}-register")
        name = self._actors.ask(SELLER, "pipeline.RegistrationService.CreateRegistration", create).name
        submit = SubmitRegistrationRequest(name=name, request_id=f"{self._key}-report")
        asked = self._actors.ask(SELLER, "pipeline.RegistrationService.SubmitRegistration", submit)
        review = ReviewRegistrationRequest(
            name=name,
            outcome=REVIEW_OUTCOME_APPROVE,
            verdicts=[
                registration_pb2.CriterionVerdict(criterion=each.criterion, met=True, note="") for each in asked.checks
            ],
            content_hash=asked.content_hash,
            comment="老客户续约，同意报备",
            despite_conflicts=True,
            request_id=f"{self._key}-judge",
        )
        return str(self._actors.ask(DIRECTOR, "pipeline.RegistrationService.ReviewRegistration", review).opportunity)

    def _value_customer(self) -> None:
        """Who goes on is a key account."""
        ask = account_service_pb2.GetAccountRequest(name=self._before.account)
        account = self._actors.ask(SELLER, "pipeline.AccountService.GetAccount", ask)
        if account.tier:
            return
        account.tier = "key"
        account.tags.append("老客户")
        update = account_service_pb2.UpdateAccountRequest(
            account=account, update_mask=FieldMask(paths=["tier", "tags"]), request_id=f"{self._key}-tier"
        )
        self._actors.ask(SELLER, "pipeline.AccountService.UpdateAccount", update)

    def _prove_need(self, opportunity: str) -> None:
        upload = evidence_service_pb2.UploadEvidenceRequest(
            parent=opportunity,
            kind=evidence_pb2.EVIDENCE_KIND_REQUIREMENT_DOCUMENT,
            file_name="续约需求确认.pdf",
            file=HttpBody(content_type="application/pdf", data=PAPER),
            request_id=f"{self._key}-need",
        )
        self._actors.send(SELLER, "pipeline.EvidenceService.UploadEvidence", [upload])
        self._move(opportunity, "quote")

    def _quote(self, opportunity: str) -> str:
        """Ten of the first product, at the price of the list: nobody has to agree to a discount."""
        line = quote_pb2.QuoteLine(
            product=self._catalogue.products[0],
            quantity=DecimalMessage(value="10"),
            line_discount=DecimalMessage(value="0"),
        )
        quote = quote_pb2.Quote(
            opportunity=opportunity,
            price_book=self._catalogue.price_book,
            lines=[line],
            valid_until=date_message(self._day + HOLDS),
        )
        create = quote_service_pb2.CreateQuoteRequest(quote=quote, request_id=f"{self._key}-quote")
        unheard_of = grpc.StatusCode.INVALID_ARGUMENT
        made = self._actors.ask(SELLER, "contracts.QuoteService.CreateQuote", create, not_yet=unheard_of)
        submit = quote_service_pb2.SubmitQuoteRequest(name=made.name, request_id=f"{self._key}-submit")
        submitted = self._actors.ask(SELLER, "contracts.QuoteService.SubmitQuote", submit)
        if submitted.approval:
            self._approve(DIRECTOR, submitted.approval)
        send = quote_service_pb2.SendQuoteRequest(name=made.name, request_id=f"{self._key}-send")
        return str(self._actors.ask(SELLER, "contracts.QuoteService.SendQuote", send).name)

    def _draft(self, quote: str) -> str:
        """Drafted by hand, because only who drafts says which contract is followed; for a year after its last day."""
        contract = contract_pb2.Contract(
            quote=quote,
            renews=self._before.name,
            start_date=date_message(self._begin),
            end_date=date_message(self._begin + TERM),
        )
        create = contract_service_pb2.CreateContractRequest(contract=contract, request_id=f"{self._key}-draft")
        return str(self._actors.ask(SELLER, "contracts.ContractService.CreateContract", create).name)

    def _agree(self, contract: str) -> None:
        review = contract_service_pb2.OpenLegalReviewRequest(name=contract, request_id=f"{self._key}-review")
        asked = self._actors.ask(SELLER, "contracts.ContractService.OpenLegalReview", review)
        self._approve(LEGAL, asked.approval)

    def _sign(self, contract: str) -> None:
        scan = contract_service_pb2.RecordPaperSigningRequest(
            name=contract,
            file_name="续约合同扫描件.pdf",
            archive_number=f"XY-{contract[-12:]}",
            signer_name="法定代表人",
            file=HttpBody(content_type="application/pdf", data=PAPER),
            request_id=f"{self._key}-sign",
        )
        self._actors.send(SELLER, "contracts.ContractService.RecordPaperSigning", [scan])

    def _put_into_force(self, contract: str) -> None:
        """With it the contract before is renewed; on some days the calendar is quicker."""
        request = contract_service_pb2.ActivateContractRequest(name=contract, request_id=f"{self._key}-force")
        try:
            self._actors.ask(SELLER, "contracts.ContractService.ActivateContract", request)
        except grpc.RpcError as error:
            if error.code() not in _REFUSED:
                raise

    def _move(self, opportunity: str, stage: str) -> None:
        request = opportunity_service_pb2.MoveOpportunityRequest(
            name=opportunity, stage=stage, request_id=f"{self._key}-{stage}"
        )
        not_yet = grpc.StatusCode.FAILED_PRECONDITION
        self._actors.ask(SELLER, "pipeline.OpportunityService.MoveOpportunity", request, not_yet=not_yet)

    def _approve(self, role: str, approval: str) -> None:
        asked = self._actors.ask(role, "contracts.ApprovalService.GetApproval", GetApprovalRequest(name=approval))
        key = f"{self._key}-{approval[-12:]}"
        request = ApproveRequest(name=approval, content_hash=asked.content_hash, request_id=key)
        self._actors.ask(role, "contracts.ApprovalService.Approve", request)


def _ending(actors: Actors, day: date) -> list[Any]:
    """The contracts whose term is over, or soon will be, and that follow none: the same however often it is asked."""
    found: list[Any] = []
    for state in _STATES:
        ask = contract_service_pb2.ListContractsRequest(
            filter=f"state = {state}", order_by="create_time", page_size=200
        )
        found += actors.ask(SELLER, "contracts.ContractService.ListContracts", ask).contracts
    terms = [each for each in found if each.HasField("end_date") and not each.renews]
    return sorted(
        (each for each in terms if _last_day(each) <= day + SOON), key=lambda each: (_last_day(each), each.name)
    )


def _last_day(contract: Any) -> date:
    return date(contract.end_date.year, contract.end_date.month, contract.end_date.day)
