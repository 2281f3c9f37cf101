"""A sale to a customer who is known, from the opportunity to the signature, step by step."""

from datetime import date, timedelta

import grpc
from google.api.httpbody_pb2 import HttpBody
from google.type.decimal_pb2 import Decimal as DecimalMessage
from google.type.money_pb2 import Money
from millrace.approvals.v1.approval_requests_pb2 import ApproveRequest, GetApprovalRequest
from millrace.contracts.v1 import contract_pb2, contract_service_pb2, quote_pb2, quote_service_pb2
from millrace.pipeline.v1 import evidence_pb2, evidence_service_pb2, opportunity_service_pb2, registration_pb2
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

HOLDS = timedelta(days=30)
# Somebody else protects the customer, or what was to be done is done: there are others.
REFUSED = frozenset({grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.ALREADY_EXISTS})


class Sale:
    """One sale to one customer, each step with a request id of its own; what was done answers again."""

    def __init__(self, actors: Actors, catalogue: Catalogue, *, day: date, key: str, about: str) -> None:
        """`key` begins the request ids, `about` says what it is called."""
        self._actors = actors
        self._catalogue = catalogue
        self._day = day
        self._key = key
        self._about = about

    def carry_out(self, *, account: str, owner: str, amount: Money, quantity: int, terms: contract_pb2.Contract) -> str:
        """A registered opportunity of the customer, offered and signed: the contract; none where it is refused."""
        try:
            opportunity = self._open(account, owner, amount)
        except grpc.RpcError as error:
            if error.code() not in REFUSED:
                raise
            return ""
        self._prove_need(opportunity)
        contract = self._draft(self._quote(opportunity, quantity), terms)
        self._move(opportunity, "negotiation")
        self._agree(contract)
        self._sign(contract)
        return contract

    def _open(self, account: str, owner: str, amount: Money) -> str:
        """Registered for whoever looks after the customer, and reviewed, so that it counts."""
        registration = registration_pb2.Registration(
            account=account,
            wechat="xuyue_caigou",
            need=f"{self._about}，沿用现有产品",
            budget_min=amount,
            budget_max=amount,
            expected_close_date=date_message(self._day + HOLDS),
            follow_up_state=FOLLOW_UP_STATE_NEED_CONFIRMED,
            owner=owner,
        )
        create = CreateRegistrationRequest(registration=registration, request_id=f"{self._key}-register")
        name = self._actors.ask(SELLER, "pipeline.RegistrationService.CreateRegistration", create).name
        submit = SubmitRegistrationRequest(name=name, request_id=f"{self._key}-report")
        asked = self._actors.ask(SELLER, "pipeline.RegistrationService.SubmitRegistration", submit)
        verdicts = [
            registration_pb2.CriterionVerdict(criterion=each.criterion, met=True, note="") for each in asked.checks
        ]
        review = ReviewRegistrationRequest(
            name=name,
            outcome=REVIEW_OUTCOME_APPROVE,
            verdicts=verdicts,
            content_hash=asked.content_hash,
            comment=f"老客户{self._about}，同意报备",
            despite_conflicts=True,
            request_id=f"{self._key}-judge",
        )
        return str(self._actors.ask(DIRECTOR, "pipeline.RegistrationService.ReviewRegistration", review).opportunity)

    def _prove_need(self, opportunity: str) -> None:
        upload = evidence_service_pb2.UploadEvidenceRequest(
            parent=opportunity,
            kind=evidence_pb2.EVIDENCE_KIND_REQUIREMENT_DOCUMENT,
            file_name=f"{self._about}需求确认.pdf",
            file=HttpBody(content_type="application/pdf", data=PAPER),
            request_id=f"{self._key}-need",
        )
        self._actors.send(SELLER, "pipeline.EvidenceService.UploadEvidence", [upload])
        self._move(opportunity, "quote")

    def _quote(self, opportunity: str, quantity: int) -> str:
        """Some of the first product, at the price of the list: nobody has to agree to a discount."""
        line = quote_pb2.QuoteLine(
            product=self._catalogue.products[0],
            quantity=DecimalMessage(value=str(quantity)),
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

    def _draft(self, quote: str, terms: contract_pb2.Contract) -> str:
        """Drafted by hand, because only who drafts says what was agreed upon beside the quote."""
        contract = contract_pb2.Contract(quote=quote)
        contract.MergeFrom(terms)
        create = contract_service_pb2.CreateContractRequest(contract=contract, request_id=f"{self._key}-draft")
        return str(self._actors.ask(SELLER, "contracts.ContractService.CreateContract", create).name)

    def _agree(self, contract: str) -> None:
        review = contract_service_pb2.OpenLegalReviewRequest(name=contract, request_id=f"{self._key}-review")
        asked = self._actors.ask(SELLER, "contracts.ContractService.OpenLegalReview", review)
        self._approve(LEGAL, asked.approval)

    def _sign(self, contract: str) -> None:
        scan = contract_service_pb2.RecordPaperSigningRequest(
            name=contract,
            file_name=f"{self._about}合同扫描件.pdf",
            archive_number=f"XY-{contract[-12:]}",
            signer_name="法定代表人",
            file=HttpBody(content_type="application/pdf", data=PAPER),
            request_id=f"{self._key}-sign",
        )
        self._actors.send(SELLER, "contracts.ContractService.RecordPaperSigning", [scan])

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
