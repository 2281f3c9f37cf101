"""LeadRecyclingService on the wire."""

from google.protobuf.json_format import MessageToDict
from millrace.leads.v1 import lead_recycling_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.work import Store
from services.leads.application.intake import IntakeDesk
from services.leads.application.recycling import list_notices
from services.leads.application.recycling_rehearsing import rehearse_recycling_rules
from services.leads.rpc.recycling_messages import notice_message, rehearsed_message


class LeadRecyclingServicer:
    """The recycling of leads (回收)."""

    def __init__(self, store: Store, desk: IntakeDesk, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._desk = desk
        self._page_key = page_key

    async def ListLeadRecyclingNotices(
        self, request: contract.ListLeadRecyclingNoticesRequest, call: Call
    ) -> contract.ListLeadRecyclingNoticesResponse:
        """Read a page of what clocks came to."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_notices(read, wanted=wanted))
        return contract.ListLeadRecyclingNoticesResponse(
            lead_recycling_notices=[notice_message(each) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def RehearseLeadRecyclingRules(
        self, request: contract.RehearseLeadRecyclingRulesRequest, call: Call
    ) -> contract.RehearseLeadRecyclingRulesResponse:
        """Try other rules out."""
        body = MessageToDict(request.body)
        grades = await self._store.read(call, lambda read: rehearse_recycling_rules(read, body=body, desk=self._desk))
        return contract.RehearseLeadRecyclingRulesResponse(grades=[rehearsed_message(each) for each in grades])
