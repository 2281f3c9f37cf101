"""The steps of a sale, each done by whoever does it in a house: seller, director, legal, finance."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import grpc
from google.api.httpbody_pb2 import HttpBody
from google.protobuf.field_mask_pb2 import FieldMask
from google.type.decimal_pb2 import Decimal as DecimalMessage
from google.type.money_pb2 import Money
from millrace.approvals.v1.approval_requests_pb2 import ApproveRequest, GetApprovalRequest
from millrace.contracts.v1 import (
    contract_pb2,
    contract_service_pb2,
    quote_pb2,
    quote_service_pb2,
)
from millrace.leads.v1 import lead_conversion_service_pb2, lead_service_pb2
from millrace.leads.v1.lead_pb2 import LEAD_STATE_CONVERTING
from millrace.pipeline.v1 import (
    evidence_pb2,
    evidence_service_pb2,
    opportunity_events_pb2,
    opportunity_service_pb2,
    registration_events_pb2,
    registration_pb2,
    registration_service_pb2,
)

from chassis.wire import date_message
from deploy.local.demo.business.actors import DIRECTOR, LEGAL, SELLER, Actors
from deploy.local.demo.business.cases import (
    BEATEN,
    COMPETITORS,
    LOSS_REASONS,
    NOTED,
    WEEKS_FROM_QUOTE_TO_SIGNATURE,
    WIN_REASONS,
    Case,
    Step,
)
from deploy.local.demo.business.catalogue import Catalogue
from deploy.local.demo.business.collecting import collect
from deploy.local.demo.weeks import Week

AT_ONCE = 8
PAPER = b"%PDF-1.7\n% demo\n%%EOF\n"
BY_TERM = 0.3  # so many of the contracts are for a term of months; the others are for good
WAITING = 0.5  # so much of what comes up in the present weeks is still undecided
CRITERIA = range(1, 6)
# What a service answers until it has heard of what another one did: of the opportunity, of the quote a gate asks for.
UNHEARD_OF, CLOSED = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.FAILED_PRECONDITION


class Trading:
    """Carries the cases on, each at most one step a week."""

    def __init__(self, actors: Actors, catalogue: Catalogue) -> None:
        self._actors = actors
        self._catalogue = catalogue
        self._steps: Mapping[Step, Callable[[Case, Week], Case]] = {
            Step.CONVERT: self._convert,
            Step.REVIEW: self._review,
            Step.PROVE_NEED: self._prove_need,
            Step.QUOTE: self._quote,
            Step.NEGOTIATE: self._negotiate,
            Step.AGREE: self._agree,
            Step.SIGN: self._sign,
            Step.TELL_WHY: self._tell_why,
            Step.COLLECT: self._collect,
            Step.LOSE: self._lose,
        }

    def live(self, cases: Sequence[Case], week: Week) -> list[Case]:
        """The cases after the week."""

        def carry_on(case: Case) -> Case:
            if case.step is Step.DONE or case.week > week.number:
                return case
            return self._steps[case.step](case, week)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(carry_on, cases))

    def _convert(self, case: Case, week: Week) -> Case:
        chance = case.chance(Step.CONVERT)
        request = lead_conversion_service_pb2.ConvertLeadRequest(
            name=case.lead,
            amount=Money(currency_code="CNY", units=chance.choice([6, 8, 12, 18, 25, 40, 60, 90]) * 10_000),
            need="需要打通销售与财务流程，三个月内上线，已安排产品演示",
            expected_close_date=date_message(week.end.date() + timedelta(days=chance.choice([30, 45, 60, 90]))),
            follow_up_state=registration_events_pb2.FOLLOW_UP_STATE_NEED_CONFIRMED,
            request_id=f"demo-convert-{case.number}",
        )
        try:
            self._actors.ask(SELLER, "leads.LeadConversionService.ConvertLead", request)
        except grpc.RpcError as error:
            # A customer who is registered already by somebody else, or a lead that was attached to another.
            if error.code() in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL}:
                raise
            return case.ended()
        return case.then(week=week.number)

    def _review(self, case: Case, week: Week) -> Case:
        asked = lead_service_pb2.GetLeadRequest(name=case.lead)
        lead = self._actors.see(SELLER, "leads.LeadService.GetLead", asked, once=_is_taken_over)
        name = lead.conversion.registration
        if not name:
            return case.ended()
        ask = registration_service_pb2.GetRegistrationRequest(name=name)
        registration = self._actors.ask(DIRECTOR, "pipeline.RegistrationService.GetRegistration", ask)
        if registration.state != registration_events_pb2.REGISTRATION_STATE_UNDER_REVIEW:
            return case.ended()
        refused = case.chance(Step.REVIEW).random() < 0.06  # noqa: PLR2004 - some customers are not convincing
        request = registration_service_pb2.ReviewRegistrationRequest(
            name=name,
            outcome=registration_service_pb2.REVIEW_OUTCOME_REJECT
            if refused
            else registration_service_pb2.REVIEW_OUTCOME_APPROVE,
            verdicts=[
                registration_pb2.CriterionVerdict(criterion=each, met=not refused, note="")
                for each in map(registration_pb2.RegistrationCriterion.ValueType, CRITERIA)
            ],
            content_hash=registration.content_hash,
            comment="预算与规模不符" if refused else "信息完整，同意报备",
            despite_conflicts=True,
            request_id=f"demo-review-{case.number}",
        )
        judged = self._actors.ask(DIRECTOR, "pipeline.RegistrationService.ReviewRegistration", request)
        if refused or not judged.opportunity:
            return replace(case, registration=name).ended()
        return replace(case, registration=name, opportunity=judged.opportunity).then(week=week.number)

    def _prove_need(self, case: Case, week: Week) -> Case:
        upload = evidence_service_pb2.UploadEvidenceRequest(
            parent=case.opportunity,
            kind=evidence_pb2.EVIDENCE_KIND_REQUIREMENT_DOCUMENT,
            file_name="客户需求说明书.pdf",
            file=HttpBody(content_type="application/pdf", data=PAPER),
            request_id=f"demo-need-{case.number}",
        )
        self._actors.send(SELLER, "pipeline.EvidenceService.UploadEvidence", [upload])
        self._move(case, "quote")
        return case.then(week=week.number)

    def _quote(self, case: Case, week: Week) -> Case:
        chance = case.chance(Step.QUOTE)
        quote = quote_pb2.Quote(
            opportunity=case.opportunity,
            price_book=self._catalogue.price_book,
            lines=[
                quote_pb2.QuoteLine(product=product, quantity=_decimal(quantity), line_discount=_decimal(discount))
                for product, quantity, discount in self._catalogue.choose(chance)
            ],
            valid_until=date_message(week.end.date() + timedelta(weeks=WEEKS_FROM_QUOTE_TO_SIGNATURE + 1)),
        )
        create = quote_service_pb2.CreateQuoteRequest(quote=quote, request_id=f"demo-quote-{case.number}")
        made = self._actors.ask(
            SELLER, "contracts.QuoteService.CreateQuote", create, not_yet=grpc.StatusCode.INVALID_ARGUMENT
        )
        waits = week.is_present and chance.random() < WAITING
        if waits and chance.random() < WAITING:
            return case.ended()  # a draft the seller still thinks about
        submit = quote_service_pb2.SubmitQuoteRequest(name=made.name, request_id=f"demo-submit-{case.number}")
        submitted = self._actors.ask(SELLER, "contracts.QuoteService.SubmitQuote", submit)
        if submitted.approval and waits:
            return case.ended()
        if submitted.approval:
            self._approve(DIRECTOR, submitted.approval, f"demo-discount-{case.number}")
        send = quote_service_pb2.SendQuoteRequest(name=made.name, request_id=f"demo-send-{case.number}")
        self._actors.ask(SELLER, "contracts.QuoteService.SendQuote", send)
        return case.then(week=week.number)

    def _negotiate(self, case: Case, week: Week) -> Case:
        self._move(case, "negotiation")
        return case.then(week=week.number)

    def _agree(self, case: Case, week: Week) -> Case:
        ask = contract_service_pb2.ListContractsRequest(filter=f'opportunity = "{case.opportunity}"')
        found = self._actors.see(
            LEGAL, "contracts.ContractService.ListContracts", ask, once=lambda seen: _is_with_legal(seen.contracts)
        ).contracts
        if not _is_with_legal(found):
            return case.ended()
        contract = self._for_a_term(case, found[0], week)
        self._approve(LEGAL, contract.approval, f"demo-legal-{case.number}")
        return replace(case, contract=contract.name).then(week=week.number)

    def _for_a_term(self, case: Case, contract: Any, week: Week) -> Any:
        """Some contracts are for some months: taken back from legal, written so, and asked about again."""
        chance = case.chance(Step.AGREE)
        if chance.random() >= BY_TERM or contract.HasField("end_date"):
            return contract
        begin = week.end.date() + timedelta(days=14)
        end = begin + timedelta(days=chance.choice([60, 90, 120, 180, 365]))
        recall = contract_service_pb2.RecallContractRequest(name=contract.name, request_id=f"demo-recall-{case.number}")
        etag = self._actors.ask(SELLER, "contracts.ContractService.RecallContract", recall).etag
        update = contract_service_pb2.UpdateContractRequest(
            contract=contract_pb2.Contract(
                name=contract.name, etag=etag, start_date=date_message(begin), end_date=date_message(end)
            ),
            update_mask=FieldMask(paths=["start_date", "end_date"]),
            request_id=f"demo-term-{case.number}",
        )
        self._actors.ask(SELLER, "contracts.ContractService.UpdateContract", update)
        review = contract_service_pb2.OpenLegalReviewRequest(
            name=contract.name, request_id=f"demo-review-again-{case.number}"
        )
        return self._actors.ask(SELLER, "contracts.ContractService.OpenLegalReview", review)

    def _sign(self, case: Case, week: Week) -> Case:
        scan = contract_service_pb2.RecordPaperSigningRequest(
            name=case.contract,
            file_name="合同扫描件.pdf",
            archive_number=f"DA-{case.number:05d}",
            signer_name="法定代表人",
            file=HttpBody(content_type="application/pdf", data=PAPER),
            request_id=f"demo-sign-{case.number}",
        )
        try:
            self._actors.send(SELLER, "contracts.ContractService.RecordPaperSigning", [scan])
        except grpc.RpcError as error:
            if error.code() is not grpc.StatusCode.FAILED_PRECONDITION:
                raise
            return case.ended()  # the opportunity was lost, or the quote is over: the contract is a draft again
        return case.then(week=week.number)

    def _tell_why(self, case: Case, week: Week) -> Case:
        """Say why it was won, as soon as pipeline has heard of the signature, and begin to collect.

        What was given up before its contract was signed stays lost, and has nothing to say.
        """
        ask = opportunity_service_pb2.GetOpportunityRequest(name=case.opportunity)
        told = self._actors.see(SELLER, "pipeline.OpportunityService.GetOpportunity", ask, once=_is_closed)
        chance = case.chance(Step.TELL_WHY)
        if told.state == opportunity_events_pb2.OPPORTUNITY_STATE_WON and chance.random() < NOTED:
            competitor, tactics = chance.choice(COMPETITORS) if chance.random() < BEATEN else ("", "")
            request = opportunity_service_pb2.NoteWinRequest(
                name=case.opportunity,
                win_reason=chance.choice(WIN_REASONS),
                competitor=competitor,
                tactics=tactics,
                request_id=f"demo-why-{case.number}",
            )
            self._actors.ask(SELLER, "pipeline.OpportunityService.NoteWin", request)
        return self._collect(case.then(week=week.number), week)

    def _collect(self, case: Case, week: Week) -> Case:
        return collect(self._actors, case, week)

    def _lose(self, case: Case, week: Week) -> Case:
        chance = case.chance(Step.LOSE)
        request = opportunity_service_pb2.LoseOpportunityRequest(
            name=case.opportunity,
            loss_reason=chance.choice(LOSS_REASONS),
            competitor=chance.choice(COMPETITORS)[0] if chance.random() < BEATEN else "",
            request_id=f"demo-lose-{case.number}",
        )
        self._actors.ask(SELLER, "pipeline.OpportunityService.LoseOpportunity", request)
        return case.after_all(week=week.number)

    def _move(self, case: Case, stage: str) -> None:
        """Move on as soon as pipeline has heard of what its gate asks for: the quote is told of by another service."""
        request = opportunity_service_pb2.MoveOpportunityRequest(
            name=case.opportunity, stage=stage, request_id=f"demo-{stage}-{case.number}"
        )
        self._actors.ask(
            SELLER, "pipeline.OpportunityService.MoveOpportunity", request, not_yet=grpc.StatusCode.FAILED_PRECONDITION
        )

    def _approve(self, role: str, approval: str, key: str) -> None:
        """Look at what is asked and agree to exactly that."""
        asked = self._actors.ask(role, "contracts.ApprovalService.GetApproval", GetApprovalRequest(name=approval))
        request = ApproveRequest(name=approval, content_hash=asked.content_hash, request_id=key)
        self._actors.ask(role, "contracts.ApprovalService.Approve", request)


def _is_taken_over(lead: Any) -> bool:
    """Whether pipeline has answered to the conversion, whatever it was."""
    return bool(lead.state != LEAD_STATE_CONVERTING)


def _is_closed(opportunity: Any) -> bool:
    """Whether it is won or lost."""
    return bool(opportunity.state != opportunity_events_pb2.OPPORTUNITY_STATE_OPEN)


def _is_with_legal(contracts: Sequence[Any]) -> bool:
    """Whether the draft of the only contract is under review."""
    return bool(contracts) and bool(contracts[0].approval)


def _decimal(value: Decimal | int) -> DecimalMessage:
    return DecimalMessage(value=str(value))
