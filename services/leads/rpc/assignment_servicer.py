"""LeadAssignmentService on the wire."""

from collections.abc import Mapping
from typing import Any

from millrace.leads.v1 import lead_assignment_service_pb2 as contract
from millrace.leads.v1 import lead_pb2

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from chassis.wire import named, seen_version, uuid_of
from chassis.work import Store
from services.leads.application.assigning import hand_over
from services.leads.application.explaining import list_assignments
from services.leads.application.intake import IntakeDesk
from services.leads.domain.assignment import Weighed
from services.leads.domain.assignment_record import LedgerEntry
from services.leads.domain.board import PassedOver
from services.leads.rpc.lead_messages import GRADE_NUMBERS, to_message

_OUTCOMES: Mapping[PassedOver, Any] = {
    outcome: contract.AssignmentOutcome.Value(f"ASSIGNMENT_OUTCOME_{outcome.name}") for outcome in PassedOver
}


class LeadAssignmentServicer:
    """The ledger of assignments (分配记录)."""

    def __init__(self, store: Store, desk: IntakeDesk, texts: Texts, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._page_key = page_key
        self._store = store
        self._desk = desk
        self._texts = texts

    async def ListLeadAssignments(
        self, request: contract.ListLeadAssignmentsRequest, call: Call
    ) -> contract.ListLeadAssignmentsResponse:
        """Read a page of decisions."""
        lead, wanted = uuid_of(request.parent, field="parent"), page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_assignments(read, lead=lead, wanted=wanted))
        wording = Wording(self._texts, call.locale)
        return contract.ListLeadAssignmentsResponse(
            lead_assignments=[_entry(each, wording) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def AssignLead(self, request: contract.AssignLeadRequest, call: Call) -> lead_pb2.Lead:
        """Give one by hand."""
        uuid, owner = uuid_of(request.name), uuid_of(request.owner, field="owner")
        seen, words = seen_version(request.etag), request.reason.strip()
        wording = Wording(self._texts, call.locale)
        answer: lead_pb2.Lead = await self._store.write(
            call,
            request,
            lambda work: hand_over(work, uuid=uuid, seen=seen, owner=owner, words=words, desk=self._desk),
            answer=lambda lead: to_message(lead, wording),
        )
        return answer


def _entry(entry: LedgerEntry, wording: Wording) -> contract.LeadAssignment:
    message = contract.LeadAssignment(
        member=named("members", entry.member),
        rules_version=entry.rules,
        grade=GRADE_NUMBERS[entry.grade],
        region=named("regions", entry.region),
        skill=entry.skill,
        reasons=wording.reasons(entry.reasons),
        candidates=[_candidate(each) for each in entry.candidates],
        other_candidates={outcome.value: count for outcome, count in entry.others.items()},
    )
    message.time.FromDatetime(entry.time)
    return message


def _candidate(weighed: Weighed) -> contract.AssignmentCandidate:
    return contract.AssignmentCandidate(
        member=named("members", weighed.person.member),
        score=weighed.score,
        outcome=_OUTCOMES[weighed.outcome],
        open_leads=weighed.person.open_leads,
        recent_leads=weighed.person.recent_leads,
        capacity=weighed.person.capacity,
    )
