"""LeadTouchService on the wire."""

from millrace.leads.v1 import lead_touch_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from chassis.wire import named, put_instant, uuid_of
from chassis.work import Store
from services.leads.application.explaining import list_touches
from services.leads.domain.touches import Touch
from services.leads.rpc.lead_messages import facts_message


class LeadTouchServicer:
    """The contacts of known customers (触达记录)."""

    def __init__(self, store: Store, texts: Texts, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._texts = texts
        self._page_key = page_key

    async def ListLeadTouches(
        self, request: contract.ListLeadTouchesRequest, call: Call
    ) -> contract.ListLeadTouchesResponse:
        """Read a page."""
        lead, wanted = uuid_of(request.parent, field="parent"), page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_touches(read, lead=lead, wanted=wanted))
        wording = Wording(self._texts, call.locale)
        return contract.ListLeadTouchesResponse(
            lead_touches=[to_message(touch, wording) for touch in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )


def to_message(touch: Touch, wording: Wording) -> contract.LeadTouch:
    """The touch on the wire."""
    message = contract.LeadTouch(
        name=f"leads/{touch.lead}/touches/{touch.uuid}",
        actor=touch.actor,
        channel=named("channels", touch.told.channel),
        campaign=named("campaigns", touch.told.campaign),
        told=facts_message(touch.told),
        score=touch.score,
        reasons=wording.reasons(touch.reasons),
        rules_version=touch.rules,
    )
    message.time.FromDatetime(touch.time)
    if touch.withdraw_time is not None:
        put_instant(message.withdraw_time, touch.withdraw_time)
    return message
