"""AccountRecyclingService on the wire."""

from google.protobuf.json_format import MessageToDict
from millrace.pipeline.v1 import account_recycling_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.work import Store
from services.pipeline.application.account_recycling import list_notices
from services.pipeline.application.account_recycling_desk import RecyclingDesk
from services.pipeline.application.account_recycling_rehearsing import rehearse_recycling_rules
from services.pipeline.rpc.account_recycling_messages import notice_message, rehearsed_message


class AccountRecyclingServicer:
    """The recycling of accounts (回收)."""

    def __init__(self, store: Store, desk: RecyclingDesk, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._desk = desk
        self._page_key = page_key

    async def ListAccountRecyclingNotices(
        self, request: contract.ListAccountRecyclingNoticesRequest, call: Call
    ) -> contract.ListAccountRecyclingNoticesResponse:
        """Read a page of what clocks came to."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_notices(read, wanted=wanted))
        return contract.ListAccountRecyclingNoticesResponse(
            account_recycling_notices=[notice_message(each) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def RehearseAccountRecyclingRules(
        self, request: contract.RehearseAccountRecyclingRulesRequest, call: Call
    ) -> contract.RehearseAccountRecyclingRulesResponse:
        """Try other rules out."""
        body = MessageToDict(request.body)
        kinds = await self._store.read(call, lambda read: rehearse_recycling_rules(read, body=body, desk=self._desk))
        return contract.RehearseAccountRecyclingRulesResponse(kinds=[rehearsed_message(each) for each in kinds])
