"""Asking several services at once. A part that cannot be had is marked as missing, and never makes the others wait."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import grpc
from google.protobuf.message import Message
from millrace.gateway.v1.missing_part_pb2 import MissingPart

from chassis.marks import STALE
from gateway import problems
from gateway.backends import Answered, Backend, Metadata
from gateway.transcoding.methods import Method
from kernel.errors import Refusal

PART_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an aggregate: the field it stands in, whom to ask what, and how the answer is put in.

    Without an `essential` part there is no aggregate: what refuses it refuses the whole, unless its service is away.
    """

    field: str
    method: str
    request: Message
    put: Callable[[Any], None]
    essential: bool = False


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The services behind the gateway, their methods by full name, and the zone in which the house counts days."""

    backends: Mapping[str, Backend]
    methods: Mapping[str, Method]
    zone: ZoneInfo

    async def ask(self, part: Part, metadata: Metadata) -> Answered:
        """The answer to one part; raises what its service refuses."""
        method = self.methods[part.method]
        backend = self.backends[method.service]
        return await backend.ask(method, part.request, metadata=metadata, seconds=PART_SECONDS, repeat=True)


async def gather(neighbours: Neighbours, parts: Sequence[Part], metadata: Metadata) -> tuple[list[MissingPart], bool]:
    """Put every part in its place; which are missing, and whether one was read before the caller's own write came.

    Raises what an essential part is refused for.
    """
    locale = dict(metadata).get("accept-language", "zh")
    asked = [neighbours.ask(part, metadata) for part in parts]
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    missing, stale = [], False
    for part, outcome in zip(parts, outcomes, strict=True):
        if isinstance(outcome, BaseException):
            missing.append(_missing(part, outcome, neighbours.methods[part.method].service, locale))
        else:
            answer, closing = outcome
            part.put(answer)
            stale = stale or any(key == STALE for key, _ in closing)
    return missing, stale


def _missing(part: Part, error: BaseException, service: str, locale: str) -> MissingPart:
    """How a part that failed is told; raises the error itself where it refuses the whole."""
    if not isinstance(error, (grpc.aio.AioRpcError, Refusal)):
        raise error
    asked = problems.Asked(path="", locale=locale)
    if isinstance(error, Refusal):
        problem = problems.of_refusal(error, asked)
    else:
        problem = problems.of_call(error, asked, service=service)
    if _refuses_all(part, problem.status):
        raise error
    told = problem.document
    return MissingPart(part=part.field, service=service, reason=told["reason"], text=told["detail"])


def _refuses_all(part: Part, status: int) -> bool:
    """Who nobody is gets nothing, and what is not there has no view; a service that is away only leaves a gap."""
    return status == 401 or (part.essential and status < 429)  # noqa: PLR2004 - HTTP's own numbers
