"""LeadFollowUpService on the wire."""

from millrace.leads.v1 import lead_follow_up_pb2
from millrace.leads.v1 import lead_follow_up_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.wire import seen_version, uuid_of
from chassis.work import Store
from services.leads.application.follow_ups import (
    ShownFollowUp,
    correct_follow_up,
    follow_up_lead,
    get_follow_up,
    list_follow_ups,
)
from services.leads.application.intake import IntakeDesk
from services.leads.rpc.follow_up_messages import correction_message, facts_of, to_message


class LeadFollowUpServicer:
    """What was done about leads (跟进记录)."""

    def __init__(self, store: Store, desk: IntakeDesk, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._desk = desk
        self._page_key = page_key

    async def CreateLeadFollowUp(
        self, request: contract.CreateLeadFollowUpRequest, call: Call
    ) -> lead_follow_up_pb2.LeadFollowUp:
        """Tell of one."""
        lead = uuid_of(request.lead_follow_up.lead, field="lead_follow_up.lead")
        facts = facts_of(request.lead_follow_up, now=call.now)
        answer: lead_follow_up_pb2.LeadFollowUp = await self._store.write(
            call,
            request,
            lambda work: follow_up_lead(work, lead=lead, facts=facts, desk=self._desk),
            answer=to_message,
        )
        return answer

    async def GetLeadFollowUp(
        self, request: contract.GetLeadFollowUpRequest, call: Call
    ) -> lead_follow_up_pb2.LeadFollowUp:
        """Read one."""
        uuid = uuid_of(request.name)
        return _shown(await self._store.read(call, lambda read: get_follow_up(read, uuid=uuid)))

    async def ListLeadFollowUps(
        self, request: contract.ListLeadFollowUpsRequest, call: Call
    ) -> contract.ListLeadFollowUpsResponse:
        """Read a page."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_follow_ups(read, wanted=wanted))
        return contract.ListLeadFollowUpsResponse(
            lead_follow_ups=[_shown(each) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def CorrectLeadFollowUp(
        self, request: contract.CorrectLeadFollowUpRequest, call: Call
    ) -> lead_follow_up_pb2.LeadFollowUp:
        """Tell one otherwise, or withdraw it."""
        uuid, seen, reason = uuid_of(request.name), seen_version(request.etag), request.reason.strip()
        told = request.HasField("lead_follow_up")
        facts = facts_of(request.lead_follow_up, now=call.now) if told else None
        answer: lead_follow_up_pb2.LeadFollowUp = await self._store.write(
            call,
            request,
            lambda work: correct_follow_up(work, uuid=uuid, seen=seen, reason=reason, facts=facts, desk=self._desk),
            answer=to_message,
        )
        return answer


def _shown(shown: ShownFollowUp) -> lead_follow_up_pb2.LeadFollowUp:
    message = to_message(shown.follow_up)
    message.corrections.extend(correction_message(each) for each in shown.corrections)
    return message
