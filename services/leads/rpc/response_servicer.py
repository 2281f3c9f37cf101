"""LeadResponseService on the wire."""

from google.protobuf.json_format import MessageToDict
from millrace.leads.v1 import lead_response_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.work import Store
from services.leads.application.intake import IntakeDesk
from services.leads.application.responding import list_notices
from services.leads.application.response_rehearsing import rehearse_response_rules
from services.leads.rpc.response_messages import notice_message, rehearsed_message


class LeadResponseServicer:
    """First responses to leads (首次响应)."""

    def __init__(self, store: Store, desk: IntakeDesk, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._desk = desk
        self._page_key = page_key

    async def ListLeadResponseNotices(
        self, request: contract.ListLeadResponseNoticesRequest, call: Call
    ) -> contract.ListLeadResponseNoticesResponse:
        """Read a page of what clocks came to."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_notices(read, wanted=wanted))
        return contract.ListLeadResponseNoticesResponse(
            lead_response_notices=[notice_message(each) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def RehearseLeadResponseRules(
        self, request: contract.RehearseLeadResponseRulesRequest, call: Call
    ) -> contract.RehearseLeadResponseRulesResponse:
        """Try other rules out."""
        body = MessageToDict(request.body)
        grades = await self._store.read(call, lambda read: rehearse_response_rules(read, body=body, desk=self._desk))
        return contract.RehearseLeadResponseRulesResponse(grades=[rehearsed_message(each) for each in grades])
