"""LeadAssignmentRehearsalService on the wire."""

from google.protobuf.json_format import MessageToDict
from millrace.leads.v1 import lead_assignment_rehearsal_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from chassis.wire import named, put_instant
from chassis.work import Store
from services.leads.application.assignment_rehearsing import AssignmentRehearsal, rehearse_assignment_rules
from services.leads.application.intake import IntakeDesk
from services.leads.domain.assignment_rehearsal import OtherOwner
from services.leads.rpc.lead_messages import GRADE_NUMBERS

_DAYS = 30


class LeadAssignmentRehearsalServicer:
    """Trying out rules of assignment (分配试算)."""

    def __init__(self, store: Store, desk: IntakeDesk, texts: Texts) -> None:
        self._store = store
        self._desk = desk
        self._texts = texts

    async def RehearseLeadAssignmentRules(
        self, request: contract.RehearseLeadAssignmentRulesRequest, call: Call
    ) -> contract.RehearseLeadAssignmentRulesResponse:
        """Try other rules out."""
        body, days = MessageToDict(request.body), request.days or _DAYS
        told = await self._store.read(
            call, lambda read: rehearse_assignment_rules(read, body=body, days=days, desk=self._desk)
        )
        return _message(told, Wording(self._texts, call.locale))


def _message(told: AssignmentRehearsal, wording: Wording) -> contract.RehearseLeadAssignmentRulesResponse:
    return contract.RehearseLeadAssignmentRulesResponse(
        decision_count=told.decisions,
        replayed_count=told.replayed,
        not_reconstructed_count=told.not_reconstructed,
        differing_count=told.differing,
        shares=[
            contract.RehearsedShare(
                member=named("members", share.member),
                display_name=share.display_name,
                lead_count=share.former,
                rehearsed_lead_count=share.then,
            )
            for share in told.shares
        ],
        differing=[_differing(each, wording) for each in told.told],
    )


def _differing(each: OtherOwner, wording: Wording) -> contract.RehearsedAssignment:
    message = contract.RehearsedAssignment(
        lead=named("leads", each.lead),
        grade=GRADE_NUMBERS[each.grade],
        member=named("members", each.former),
        rehearsed_member=named("members", each.owner),
        reasons=wording.reasons(each.entry.reasons),
        rehearsed_reasons=wording.reasons(each.reasons),
    )
    put_instant(message.time, each.entry.time)
    return message
