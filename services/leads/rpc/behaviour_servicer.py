"""LeadBehaviourService on the wire."""

from collections.abc import AsyncIterator
from dataclasses import replace
from hashlib import sha256

from google.api.httpbody_pb2 import HttpBody
from millrace.leads.v1 import lead_behaviour_service_pb2 as contract

from chassis.principal import Principal, Scope
from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.wire import named, uuid_of
from chassis.work import Store
from services.leads.application.behaviours import (
    list_behaviours,
    receive_behaviours,
    tell_behaviours,
)
from services.leads.application.capture import WRITE
from services.leads.application.channels import get_channel
from services.leads.application.intake import IntakeDesk
from services.leads.domain.webhooks import channel_key, written_key
from services.leads.rpc.behaviour_messages import to_message, told_of
from services.leads.rpc.pixel import Pixels
from services.leads.rpc.webhook_body import received, signed_by, told_in


class LeadBehaviourServicer:
    """Behaviour of the people behind leads (行为事件)."""

    def __init__(
        self, store: Store, desk: IntakeDesk, *, page_key: bytes, webhook_key: bytes, visitor_key: bytes
    ) -> None:
        """`page_key` seals page tokens, `visitor_key` those of visitors; webhooks' keys follow from `webhook_key`."""
        self._store = store
        self._desk = desk
        self._page_key = page_key
        self._webhook_key = webhook_key
        self._pixels = Pixels(store, desk, key=visitor_key)

    async def BatchCreateLeadBehaviours(
        self, request: contract.BatchCreateLeadBehavioursRequest, call: Call
    ) -> contract.BatchCreateLeadBehavioursResponse:
        """Take some in."""
        told = [told_of(message, path=f"behaviours[{place}]") for place, message in enumerate(request.behaviours)]
        answer: contract.BatchCreateLeadBehavioursResponse = await self._store.write(
            call,
            request,
            lambda work: tell_behaviours(work, told=told, desk=self._desk),
            answer=lambda taken: contract.BatchCreateLeadBehavioursResponse(created=taken.created, known=taken.known),
        )
        return answer

    async def ReceiveLeadBehaviours(
        self, requests: AsyncIterator[contract.ReceiveLeadBehavioursRequest], call: Call
    ) -> contract.ReceiveLeadBehavioursResponse:
        """Take in what a webhook tells, on the account of its channel."""
        channel, body = await received(requests)
        signed = signed_by(call.metadata, body)
        signed.check(key=channel_key(self._webhook_key, channel), now=call.now)
        told = told_in(body)
        sender = Principal(subject=f"channels/{channel}", grants={WRITE: Scope.ALL})
        # What makes a repeat the same: the sender's id of the message, and the body by its digest.
        asked = contract.ReceiveLeadBehavioursRequest(
            channel=named("channels", channel), request_id=signed.id, content=HttpBody(data=sha256(body).digest())
        )
        answer: contract.ReceiveLeadBehavioursResponse = await self._store.write(
            replace(call, principal=sender),
            asked,
            lambda work: receive_behaviours(work, channel=channel, told=told, desk=self._desk),
            answer=lambda taken: contract.ReceiveLeadBehavioursResponse(created=taken.created, known=taken.known),
        )
        return answer

    async def GetLeadBehaviourWebhook(
        self, request: contract.GetLeadBehaviourWebhookRequest, call: Call
    ) -> contract.LeadBehaviourWebhook:
        """Read the secret of a channel."""
        channel = uuid_of(request.name.rpartition("/")[0], field="name")
        await self._store.read(call, lambda read: get_channel(read, uuid=channel))
        return contract.LeadBehaviourWebhook(
            name=request.name,
            path=f"/v1/channels/{channel}:receiveBehaviours",
            secret=written_key(channel_key(self._webhook_key, channel)),
        )

    async def ShowLeadPixel(self, request: contract.ShowLeadPixelRequest, call: Call) -> AsyncIterator[HttpBody]:
        """Show the picture that counts."""
        async for part in self._pixels.show(request, call):
            yield part

    async def GetLeadVisitor(self, request: contract.GetLeadVisitorRequest, call: Call) -> contract.LeadVisitor:
        """Read the token of a lead."""
        return await self._pixels.visitor(request, call)

    async def ListLeadBehaviours(
        self, request: contract.ListLeadBehavioursRequest, call: Call
    ) -> contract.ListLeadBehavioursResponse:
        """Read a page."""
        lead, wanted = uuid_of(request.parent, field="parent"), page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_behaviours(read, lead=lead, wanted=wanted))
        return contract.ListLeadBehavioursResponse(
            lead_behaviours=[to_message(behaviour) for behaviour in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )
