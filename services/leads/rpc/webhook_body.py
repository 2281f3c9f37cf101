"""What a webhook tells, out of its raw body."""

from collections.abc import AsyncIterator, Mapping
from uuid import UUID

from google.protobuf import json_format
from millrace.leads.v1 import lead_behaviour_service_pb2 as contract

from chassis.rpc.call import WEBHOOK_HEADERS
from chassis.rpc.validation import validate
from chassis.wire import uuid_of
from services.leads.application.behaviours import ToldBehaviour
from services.leads.domain.webhooks import Signed, WebhookBodyInvalid, WebhookUnsigned
from services.leads.rpc.behaviour_messages import told_of

_LARGEST = 1024 * 1024
_DEEPEST = 10


async def received(requests: AsyncIterator[contract.ReceiveLeadBehavioursRequest]) -> tuple[UUID, bytes]:
    """The channel and the whole body.

    Raises InvalidRequest for a first message against the contract, WebhookUnsigned for none, and WebhookBodyInvalid for
    a body that is too large.
    """
    body = bytearray()
    channel: UUID | None = None
    async for request in requests:
        if channel is None:
            validate(request)
            channel = uuid_of(request.channel, field="channel")
        body += request.content.data
        if len(body) > _LARGEST:
            raise WebhookBodyInvalid
    if channel is None:
        raise WebhookUnsigned
    return channel, bytes(body)


def signed_by(metadata: Mapping[str, str], body: bytes) -> Signed:
    """The body with what its headers say of it."""
    message_id, timestamp, signatures = (metadata.get(name, "") for name in WEBHOOK_HEADERS)
    return Signed(id=message_id[:128], timestamp=timestamp, signatures=signatures, body=body)


def told_in(body: bytes) -> list[ToldBehaviour]:
    """What the body tells, the JSON of a BatchCreateLeadBehavioursRequest.

    Raises WebhookBodyInvalid, and InvalidRequest for what the contract forbids.
    """
    message = contract.BatchCreateLeadBehavioursRequest()
    try:
        json_format.Parse(body, message, max_recursion_depth=_DEEPEST)
    except (json_format.ParseError, ValueError, RecursionError):
        raise WebhookBodyInvalid from None
    validate(message)
    return [told_of(each, path=f"behaviours[{place}]") for place, each in enumerate(message.behaviours)]
