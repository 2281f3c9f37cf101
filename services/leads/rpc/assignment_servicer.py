"""LeadAssignmentService on the wire."""

from collections.abc import Mapping
from typing import Any

from millrace.leads.v1 import lead_assignment_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from chassis.wire import named, uuid_of
from chassis.work import Store
from services.leads.application.explaining import list_assignments
from services.leads.domain.assignment import Weighed
from services.leads.domain.board import PassedOver
from services.leads.rpc.lead_messages import GRADE_NUMBERS
from services.leads.storage.ledger import LedgerEntry

_OUTCOMES: Mapping[PassedOver, Any] = {
    outcome: contract.AssignmentOutcome.Value(f"ASSIGNMENT_OUTCOME_{outcome.name}") for outcome in PassedOver
}


class LeadAssignmentServicer:
    """The ledger of assignments (分配记录)."""

    def __init__(self, store: Store, texts: Texts) -> None:
        self._store = store
        self._texts = texts

    async def ListLeadAssignments(
        self, request: contract.ListLeadAssignmentsRequest, call: Call
    ) -> contract.ListLeadAssignmentsResponse:
        """Read the newest decisions."""
        lead = uuid_of(request.parent, field="parent")
        entries = await self._store.read(call, lambda read: list_assignments(read, lead=lead))
        wording = Wording(self._texts, call.locale)
        return contract.ListLeadAssignmentsResponse(lead_assignments=[_entry(each, wording) for each in entries])


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
