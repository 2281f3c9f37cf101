"""Many messages given to a stream as one: stored all or none, forced to the disk once, acknowledged once (ADR 51)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from nats.errors import MaxPayloadError

from chassis.ids import new_id
from chassis.streaming import Client

# So many the server takes in one batch.
MOST = 1000


class BatchRefused(Exception):  # noqa: N818 - an outcome: one of them may be known, or too large, and none was stored
    """The stream took none of the messages; why, one by one will show."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way to a stream."""

    subject: str
    payload: bytes
    headers: Mapping[str, str]


async def publish_batch(client: Client, messages: Sequence[Outgoing], *, within: float) -> int:
    """Publish all at once, in so many seconds; the stream sequence of the first, the others follow without a gap.

    Raises BatchRefused, and what a request raises (no answer in time, nobody there): then the batch may be stored, and
    publishing the same ids again tells.
    """
    *before, (last, place) = _numbered(messages)
    commit = {**last.headers, **place, "Nats-Batch-Commit": "1"}
    try:
        for message, number in before:
            await client.publish(message.subject, message.payload, headers={**message.headers, **number})
        answer = await client.request(last.subject, last.payload, timeout=within, headers=commit)
    except MaxPayloadError as error:
        raise BatchRefused from error
    told = json.loads(answer.data)
    if "error" in told:
        raise BatchRefused(told["error"].get("description", ""))
    return int(told["seq"]) - len(messages) + 1


def _numbered(messages: Sequence[Outgoing]) -> Iterator[tuple[Outgoing, dict[str, str]]]:
    batch = new_id().hex
    for number, message in enumerate(messages, start=1):
        yield message, {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(number)}
