"""What makes a write the same write when it is asked again, and the answer it was given."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.rpc.call import Call
from chassis.tables import requests
from chassis.wire import is_required
from kernel.errors import RequestIdReused

_STORED = select(requests.c.digest, requests.c.answer).where(
    requests.c.principal == bindparam("principal"),
    requests.c.method == bindparam("method"),
    requests.c.request_id == bindparam("request_id"),
)


@dataclass(frozen=True, slots=True)
class RequestKey:
    """Who asks, what, the id he gave it, and its content; whether the answer is kept for ever."""

    principal: str
    method: str
    request_id: str
    digest: bytes
    lasting: bool = False


def request_key(call: Call, request: Message) -> RequestKey:
    """The key of an RPC: the digest is over the deterministic bytes of the request without its id."""
    request_id: str = getattr(request, "request_id", "")
    digest = b""
    if request_id:
        content = type(request)()
        content.CopyFrom(request)
        content.ClearField("request_id")
        digest = hashlib.sha256(content.SerializeToString(deterministic=True)).digest()
    return RequestKey(call.principal.subject, call.method, request_id, digest, lasts(request.DESCRIPTOR))


@cache
def lasts(request: Descriptor) -> bool:
    """Whether answers to such requests are kept for ever: the contract requires an id where money moves once."""
    field = request.fields_by_name.get("request_id")
    return field is not None and is_required(field)


def request_row(key: RequestKey, message: Message, now: datetime) -> Mapping[str, Any] | None:
    """The row that keeps the answer; None for a request without an id."""
    if not key.request_id:
        return None
    return {
        "principal": key.principal,
        "method": key.method,
        "request_id": key.request_id,
        "digest": key.digest,
        "answer": message.SerializeToString(),
        "created": now,
        "lasting": key.lasting,
    }


async def stored_answer(connection: AsyncConnection, key: RequestKey) -> bytes | None:
    """The stored answer of a request asked before; raises RequestIdReused when its content was another."""
    if not key.request_id:
        return None
    found = await connection.execute(
        _STORED, {"principal": key.principal, "method": key.method, "request_id": key.request_id}
    )
    row = found.first()
    if row is None:
        return None
    if row.digest != key.digest:
        raise RequestIdReused(request_id=key.request_id)
    return bytes(row.answer)
