"""LeadService on the wire."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

from google.protobuf.field_mask_pb2 import FieldMask
from millrace.leads.v1 import lead_pb2
from millrace.leads.v1 import lead_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.rpc.statuses import bad_fields
from chassis.rpc.validation import validate
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from chassis.wire import changed_paths, named, required_version, seen_version, uuid_of
from chassis.work import Convoy, Store
from kernel.errors import Kind, Refusal
from services.leads.application.capture import Captured, capture_lead
from services.leads.application.capture_many import capture_together
from services.leads.application.changing import update_lead
from services.leads.application.intake import IntakeDesk
from services.leads.application.overriding import clear_override, override_grade
from services.leads.application.reading import ShownLead, check_duplicates, list_leads, show_lead
from services.leads.domain.facts import CONSENT_FIELD, LeadFacts
from services.leads.rpc.intent_messages import put_intent
from services.leads.rpc.lead_messages import (
    GRADES,
    candidate_message,
    facts_message,
    facts_of,
    put_lead,
    to_message,
)
from services.leads.rpc.recycling_messages import put_recycling, put_recycling_reasons
from services.leads.rpc.response_messages import put_response, put_response_reasons

_LARGEST_BATCH = 10_000


@dataclass(kw_only=True)
class BatchTooLarge(Refusal):
    """One stream brings more leads than one answer can list; a file import takes any number."""

    kind = Kind.TOO_MANY
    reason = "BATCH_TOO_LARGE"

    most: int


class LeadServicer:
    """Leads (线索)."""

    def __init__(self, store: Store, desk: IntakeDesk, texts: Texts, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._desk = desk
        self._texts = texts
        self._page_key = page_key
        self._intake: Convoy[LeadFacts, Captured] = Convoy(
            store,
            alone=lambda work, told: capture_lead(work, told=told, desk=desk),
            together=lambda units, told: capture_together(units, told=told, desk=desk),
        )

    async def CreateLead(self, request: contract.CreateLeadRequest, call: Call) -> lead_pb2.Lead:
        """Take one in."""
        told, wording = facts_of(request.lead), Wording(self._texts, call.locale)
        answer: lead_pb2.Lead = await self._intake.write(
            call, request, told, answer=lambda captured: to_message(captured.lead, wording)
        )
        return answer

    async def GetLead(self, request: contract.GetLeadRequest, call: Call) -> lead_pb2.Lead:
        """Read one."""
        uuid = uuid_of(request.name)
        warned = self._desk.checks_companies
        shown = await self._store.read(call, lambda read: show_lead(read, uuid=uuid, warned=warned))
        message = lead_pb2.Lead()
        self._put(message, shown, call, explained=True)
        return message

    async def ListLeads(self, request: contract.ListLeadsRequest, call: Call) -> contract.ListLeadsResponse:
        """Read a page."""
        wanted = page_request(request, call, key=self._page_key)
        explained = request.view == contract.LEAD_VIEW_FULL
        page = await self._store.read(call, lambda read: list_leads(read, wanted=wanted, explained=explained))
        answer = contract.ListLeadsResponse(
            next_page_token=page.next_page_token, total_size=page.total, total_size_capped=page.capped
        )
        for shown in page.items:
            self._put(answer.leads.add(), shown, call, explained=explained)
        return answer

    async def UpdateLead(self, request: contract.UpdateLeadRequest, call: Call) -> lead_pb2.Lead:
        """Change the masked fields of one."""
        uuid = uuid_of(request.lead.name, field="lead.name")
        seen = required_version(request.lead.etag, field="lead.etag")
        edit = _edit(request.lead, request.update_mask)
        wording = Wording(self._texts, call.locale)
        answer: lead_pb2.Lead = await self._store.write(
            call,
            request,
            lambda work: update_lead(work, uuid=uuid, seen=seen, edit=edit, desk=self._desk),
            answer=lambda lead: to_message(lead, wording),
        )
        return answer

    async def OverrideLeadGrade(self, request: contract.OverrideLeadGradeRequest, call: Call) -> lead_pb2.Lead:
        """Grade one against the rules."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag, field="etag")
        grade, reason = GRADES[request.grade], request.reason.strip()
        wording = Wording(self._texts, call.locale)
        answer: lead_pb2.Lead = await self._store.write(
            call,
            request,
            lambda work: override_grade(work, uuid=uuid, seen=seen, grade=grade, reason=reason, desk=self._desk),
            answer=lambda lead: to_message(lead, wording),
        )
        return answer

    async def ClearLeadGradeOverride(
        self, request: contract.ClearLeadGradeOverrideRequest, call: Call
    ) -> lead_pb2.Lead:
        """Let the rules grade one again."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag, field="etag")
        wording = Wording(self._texts, call.locale)
        answer: lead_pb2.Lead = await self._store.write(
            call,
            request,
            lambda work: clear_override(work, uuid=uuid, seen=seen, desk=self._desk),
            answer=lambda lead: to_message(lead, wording),
        )
        return answer

    async def BatchCreateLeads(
        self, requests: AsyncIterator[contract.CreateLeadRequest], call: Call
    ) -> contract.BatchCreateLeadsResponse:
        """Take many in, each in a transaction of its own: one after another, so that twins in a batch meet."""
        outcomes: list[contract.LeadOutcome] = []
        async for request in requests:
            if len(outcomes) == _LARGEST_BATCH:
                raise BatchTooLarge(most=_LARGEST_BATCH)
            outcomes.append(await self._outcome(request, call))
        return contract.BatchCreateLeadsResponse(outcomes=outcomes)

    async def CheckLeadDuplicates(
        self, request: contract.CheckLeadDuplicatesRequest, call: Call
    ) -> contract.CheckLeadDuplicatesResponse:
        """Compare one with the stock."""
        told = facts_of(request.lead, consent=request.lead.custom.get(CONSENT_FIELD, ""))
        hints = await self._store.read(call, lambda read: check_duplicates(read, told=told, desk=self._desk))
        wording = Wording(self._texts, call.locale)
        return contract.CheckLeadDuplicatesResponse(candidates=[candidate_message(hint, wording) for hint in hints])

    def _put(self, message: lead_pb2.Lead, shown: ShownLead, call: Call, *, explained: bool) -> None:
        """The lead as it is read, with its intent, and how it stands with its first response and its owner's time."""
        wording = Wording(self._texts, call.locale)
        put_lead(message, shown.lead, wording)
        put_response(message.response, shown.lead, now=call.now)
        put_recycling(message.recycling, shown.lead)
        if explained:
            put_response_reasons(message.response, shown.lead, wording, zone=self._desk.zone)
            put_recycling_reasons(message.recycling, shown.lead, wording, zone=self._desk.zone)
        if shown.warnings:
            message.company_warnings.extend(wording.reasons(shown.warnings))
        if shown.intent is not None:
            put_intent(message.intent, shown.intent, wording)

    async def _outcome(self, request: contract.CreateLeadRequest, call: Call) -> contract.LeadOutcome:
        try:
            validate(request)
            told = facts_of(request.lead)
            answer: contract.LeadOutcome = await self._intake.write(
                replace(call, answer_type=contract.LeadOutcome),
                request,
                told,
                answer=lambda captured: contract.LeadOutcome(lead=named("leads", captured.lead.uuid)),
            )
        except Refusal as refusal:
            text = self._texts.render(refusal.reason, refusal.metadata(), call.locale)
            bad = bad_fields(refusal, text, texts=self._texts, locale=call.locale)
            return contract.LeadOutcome(
                reason=refusal.reason, text=text, violations=bad.field_violations if bad is not None else ()
            )
        return answer


def _edit(message: lead_pb2.Lead, mask: FieldMask) -> Callable[[LeadFacts], LeadFacts]:
    """What puts the masked fields of the message over the facts that stand.

    When a visitor agreed stays, whatever becomes of the custom fields. Raises InvalidField for an empty mask, `*`, an
    unknown field, and one the service fills itself.
    """
    changed_paths(mask, lead_pb2.Lead)

    def apply(facts: LeadFacts) -> LeadFacts:
        merged = facts_message(facts)
        mask.MergeMessage(message, merged, replace_message_field=True, replace_repeated_field=True)
        return facts_of(merged, consent=facts.custom.get(CONSENT_FIELD, ""))

    return apply
