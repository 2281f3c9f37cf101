"""Reading a stream as a log: an ephemeral consumer without acknowledgements, every batch contiguous."""

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.consumer.progress import Anchor
from chassis.ids import new_id
from chassis.streaming import Client, Msg

# So many events are asked for, and applied in one transaction, at once (ADR 69).
BATCH = 1000
_EXPIRES_SECONDS = 20.0
# The server says every second that it knows of our request; a request lost in a reconnect is noticed by its silence.
_HEARTBEAT_SECONDS = 1.0
_SILENCE_SECONDS = 3.0
_SECOND = 1_000_000_000
_SUBJECT_PARTS = 9
_HEARTBEAT = "100"


class StreamBroken(Exception):  # noqa: N818 - the reader starts again from its checkpoint
    """The consumer is gone or skipped a message; what follows cannot be trusted to be all."""


class Rewound(StreamBroken):
    """The stream no longer holds the consumer's last event where it stood: it was restored from an older copy."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """One message as delivered: its stream sequence, headers and payload."""

    seq: int
    subject: str
    headers: dict[str, str]
    payload: bytes
    time: datetime | None = None


class LogReader:
    """Reads a stream from a sequence on."""

    def __init__(
        self, client: Client, *, stream: str, subjects: tuple[str, ...], after: int, anchor: Anchor | None = None
    ) -> None:
        """Nothing happens before `open`. With an anchor it reads from there, to see that it still stands there."""
        self._client = client
        self._stream = stream
        self._subjects = subjects
        self._first = anchor.seq if anchor else after + 1
        self._anchor = anchor
        self._name = f"log-{new_id().hex}"
        self._queue: asyncio.Queue[Msg] = asyncio.Queue()
        self._expected = 1
        self._asked_until = 0.0
        self._heard = 0.0
        self._wanted = 0
        self._subscription: Any = None
        self.pending = 0

    async def open(self) -> None:
        """Create the consumer; raises StreamBroken when the server refuses, Rewound when nothing is at the anchor."""
        config = {
            "name": self._name,
            "deliver_policy": "by_start_sequence",
            "opt_start_seq": self._first,
            "ack_policy": "none",
            "replay_policy": "instant",
            "filter_subjects": list(self._subjects),
            "inactive_threshold": 60 * _SECOND,
            "mem_storage": True,
            "num_replicas": 1,
        }
        subject = f"$JS.API.CONSUMER.CREATE.{self._stream}.{self._name}"
        answer = await self._client.request(
            subject, json.dumps({"stream_name": self._stream, "config": config}).encode(), timeout=5
        )
        created = json.loads(answer.data)
        if "error" in created:
            raise StreamBroken(created["error"])
        self.pending = created["num_pending"] - (1 if self._anchor else 0)
        if self.pending < 0:
            raise Rewound(f"nothing at {self._first} and after")
        inbox = self._client.new_inbox()
        self._subscription = await self._client.subscribe(inbox, cb=self._take, pending_msgs_limit=BATCH * 10)
        self._inbox = inbox

    async def close(self) -> None:
        """Forget the consumer; the server forgets it after a minute anyway."""
        if self._subscription is not None:
            await self._subscription.unsubscribe()
            self._subscription = None

    async def next_batch(self, *, wait: float) -> list[Delivered]:
        """Up to a batch of messages; empty when none came within `wait` seconds. Raises StreamBroken, Rewound."""
        until = asyncio.get_running_loop().time() + wait
        batch: list[Delivered] = []
        while not batch:
            await self._ask()
            try:
                async with asyncio.timeout_at(until):
                    message = await self._queue.get()
            except TimeoutError:
                self._check_silence()
                return batch
            self._add(batch, message)
        while len(batch) < BATCH and not self._queue.empty():
            self._add(batch, self._queue.get_nowait())
        return batch

    def _check_silence(self) -> None:
        if asyncio.get_running_loop().time() - self._heard > _SILENCE_SECONDS:
            raise StreamBroken("the server no longer knows of the request")

    async def _take(self, message: Msg) -> None:
        self._heard = asyncio.get_running_loop().time()
        if (message.headers or {}).get("Status") != _HEARTBEAT:
            await self._queue.put(message)

    async def _ask(self) -> None:
        """Keep one pull request open, for as many as are still wanted."""
        now = asyncio.get_running_loop().time()
        if self._wanted > BATCH // 2 and now < self._asked_until:
            return
        body = {
            "batch": BATCH,
            "expires": int(_EXPIRES_SECONDS * _SECOND),
            "idle_heartbeat": int(_HEARTBEAT_SECONDS * _SECOND),
        }
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{self._stream}.{self._name}"
        await self._client.publish(subject, json.dumps(body).encode(), reply=self._inbox)
        self._wanted += BATCH
        self._asked_until = now + _EXPIRES_SECONDS
        self._heard = now

    def _add(self, batch: list[Delivered], message: Msg) -> None:
        headers = dict(message.headers or {})
        status = headers.get("Status")
        if status is not None:
            self._wanted = 0
            if status in {"404", "408"}:
                return
            raise StreamBroken(f"{status} {headers.get('Description', '')}")
        parts = message.reply.split(".")
        if len(parts) < _SUBJECT_PARTS:
            raise StreamBroken(f"no sequence in {message.reply!r}")
        seq, consumer_seq, pending = int(parts[-4]), int(parts[-3]), int(parts[-1])
        if consumer_seq != self._expected:
            raise StreamBroken(f"consumer sequence {consumer_seq}, expected {self._expected}")
        self._expected += 1
        self._wanted -= 1
        self.pending = pending
        anchor, self._anchor = self._anchor, None
        if anchor is None:
            batch.append(Delivered(seq, message.subject, headers, message.data))
        elif anchor != Anchor(seq, headers.get("ce-id", "")):
            raise Rewound(f"another event at {seq} than the one at {anchor.seq}")
