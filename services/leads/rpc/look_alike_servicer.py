"""LeadLookAlikeService on the wire."""

from millrace.leads.v1 import lead_look_alike_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from chassis.wire import named
from chassis.work import Store
from services.leads.application.resembling import ShownLookAlike, list_look_alikes
from services.leads.rpc.lead_messages import STATE_NUMBERS


class LeadLookAlikeServicer:
    """Leads that resemble won customers (相似客户)."""

    def __init__(self, store: Store, texts: Texts, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._texts = texts
        self._page_key = page_key

    async def ListLeadLookAlikes(
        self, request: contract.ListLeadLookAlikesRequest, call: Call
    ) -> contract.ListLeadLookAlikesResponse:
        """Read a page."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_look_alikes(read, wanted=wanted))
        wording = Wording(self._texts, call.locale)
        return contract.ListLeadLookAlikesResponse(
            lead_look_alikes=[_message(each, wording) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )


def _message(shown: ShownLookAlike, wording: Wording) -> contract.LeadLookAlike:
    found, likeness = shown.found, shown.found.likeness
    return contract.LeadLookAlike(
        lead=named("leads", likeness.lead),
        company_name=found.company_name,
        state=STATE_NUMBERS[found.state],
        owner=named("members", found.owner),
        score=likeness.score,
        reasons=wording.reasons(part.to_reason() for part in likeness.parts),
        like=named("leads", likeness.like) if shown.like_seen else "",
        like_company_name=shown.like_name,
        alike_count=likeness.alike,
    )
