"""Behaviour that another system tells by a signed webhook."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import grpc
import pytest
from google.api.httpbody_pb2 import HttpBody
from google.protobuf.field_mask_pb2 import FieldMask
from millrace.leads.v1 import lead_behaviour_service_pb2 as contract
from millrace.leads.v1.channel_pb2 import CHANNEL_KIND_WEBSITE, Channel
from millrace.leads.v1.channel_service_pb2 import CreateChannelRequest, UpdateChannelRequest
from millrace.leads.v1.channel_service_pb2_grpc import ChannelServiceStub
from millrace.leads.v1.lead_behaviour_service_pb2_grpc import LeadBehaviourServiceStub

from chassis.principal import Scope
from services.leads.domain.webhooks import signature
from tests.integration.leads.conftest import ANNA, LeadsHouse
from tests.integration.leads.history import tell_lead
from tests.support.clock import FixedClock


class Sender:
    """Another system that was given the secret of a channel."""

    def __init__(self, house: LeadsHouse, clock: FixedClock, channel: Channel, secret: str) -> None:
        self.house, self.clock, self.channel = house, clock, channel
        self.key = base64.b64decode(secret.removeprefix("whsec_"))

    async def send(self, body: bytes, *, number: str = "msg_1", late: timedelta = timedelta()) -> Any:
        timestamp = str(int(self.clock.now().timestamp()))
        headers = (
            ("webhook-id", number),
            ("webhook-timestamp", timestamp),
            ("webhook-signature", f"v1,{signature(self.key, number, timestamp, body)}"),
        )
        self.clock.travel(seconds=late.total_seconds())
        stub: Any = LeadBehaviourServiceStub(self.house.channel)
        return await stub.ReceiveLeadBehaviours(self._pieces(body), metadata=headers)

    async def _pieces(self, body: bytes) -> AsyncIterator[contract.ReceiveLeadBehavioursRequest]:
        half = len(body) // 2
        for place, piece in enumerate((body[:half], body[half:])):
            channel = "" if place else self.channel.name
            yield contract.ReceiveLeadBehavioursRequest(channel=channel, content=HttpBody(data=piece))


@pytest.fixture
async def sender(house: LeadsHouse, clock: FixedClock) -> Sender:
    made = Channel(display_name="邮件系统", kind=CHANNEL_KIND_WEBSITE)
    channel = await ChannelServiceStub(house.channel).CreateChannel(CreateChannelRequest(channel=made), **house.boss)
    return Sender(house, clock, channel, (await webhook(house, channel)).secret)


async def webhook(house: LeadsHouse, channel: Channel, caller: Any = None) -> contract.LeadBehaviourWebhook:
    stub: Any = LeadBehaviourServiceStub(house.channel)
    request = contract.GetLeadBehaviourWebhookRequest(name=f"{channel.name}/behaviourWebhook")
    found: contract.LeadBehaviourWebhook = await stub.GetLeadBehaviourWebhook(request, **(caller or house.boss))
    return found


def opened(lead: Any, clock: FixedClock, event_id: str = "1") -> bytes:
    told = {
        "lead": lead.name,
        "kind": "LEAD_BEHAVIOUR_KIND_MAIL_OPEN",
        "time": clock.now().isoformat(),
        "eventId": event_id,
    }
    return json.dumps({"behaviours": [told]}).encode()


async def refused(attempt: Any) -> grpc.StatusCode:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await attempt
    return refusal.value.code()


async def test_what_a_channel_tells_is_kept_on_its_account(
    house: LeadsHouse, clock: FixedClock, sender: Sender
) -> None:
    lead = await tell_lead(house, 1)
    taken = await sender.send(opened(lead, clock))
    assert (taken.created, taken.known) == (1, 0)
    stub: Any = LeadBehaviourServiceStub(house.channel)
    page = await stub.ListLeadBehaviours(contract.ListLeadBehavioursRequest(parent=lead.name), **house.boss)
    assert [(each.sender, each.event_id) for each in page.lead_behaviours] == [(sender.channel.name, "1")]


async def test_a_message_sent_again_has_its_answer_and_no_other_effect(
    house: LeadsHouse, clock: FixedClock, sender: Sender
) -> None:
    body = opened(await tell_lead(house, 1), clock)
    assert (await sender.send(body)).created == 1
    assert (await sender.send(body)).created == 1
    assert (await sender.send(body, number="msg_2")).known == 1


async def test_a_message_older_than_five_minutes_is_refused(
    house: LeadsHouse, clock: FixedClock, sender: Sender
) -> None:
    body = opened(await tell_lead(house, 1), clock)
    late = timedelta(minutes=5, seconds=1)
    assert await refused(sender.send(body, late=late)) is grpc.StatusCode.UNAUTHENTICATED


async def test_who_has_another_key_is_refused(house: LeadsHouse, clock: FixedClock, sender: Sender) -> None:
    body = opened(await tell_lead(house, 1), clock)
    sender.key = b"another"
    assert await refused(sender.send(body)) is grpc.StatusCode.UNAUTHENTICATED


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"leads": []}', b"\xff", b'{"behaviours": []}'])
async def test_a_signed_body_that_tells_nothing_is_refused(sender: Sender, body: bytes) -> None:
    assert await refused(sender.send(body)) is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_body_of_more_than_a_mebibyte_is_refused(sender: Sender) -> None:
    assert await refused(sender.send(b" " * (1024 * 1024 + 1))) is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_closed_channel_tells_nothing(house: LeadsHouse, clock: FixedClock, sender: Sender) -> None:
    body = opened(await tell_lead(house, 1), clock)
    closed = Channel(name=sender.channel.name, etag=sender.channel.etag, closed=True)
    request = UpdateChannelRequest(channel=closed, update_mask=FieldMask(paths=["closed"]))
    await ChannelServiceStub(house.channel).UpdateChannel(request, **house.boss)
    assert await refused(sender.send(body)) is grpc.StatusCode.INVALID_ARGUMENT


async def test_the_secret_is_shown_to_administrators_of_leads_alone(house: LeadsHouse, sender: Sender) -> None:
    found = await webhook(house, sender.channel)
    assert found.path == f"/v1/{sender.channel.name}:receiveBehaviours"
    assert base64.b64decode(found.secret.removeprefix("whsec_")) == sender.key
    seller = house.as_member(ANNA, Scope.ALL, may=("leads.read", "leads.write"))
    assert await refused(webhook(house, sender.channel, seller)) is grpc.StatusCode.PERMISSION_DENIED
    nobody = Channel(name=f"channels/{UUID(int=5)}")
    assert await refused(webhook(house, nobody)) is grpc.StatusCode.NOT_FOUND
