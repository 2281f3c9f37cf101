"""Asking several services at once, each by one call. A part that cannot be had is missing, and the others are there."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import grpc
from google.protobuf.message import Message
from google.rpc import status_pb2
from millrace.gateway.v1.missing_part_pb2 import MissingPart
from millrace.reading.v1 import reading_service_pb2 as reading

from chassis.marks import STALE
from gateway import problems
from gateway.backends import Answered, Backend, Metadata
from gateway.transcoding.methods import Method, Shape
from kernel.errors import Refusal

PART_SECONDS = 2.0
_TOGETHER = reading.DESCRIPTOR.services_by_name["ReadingService"].methods_by_name["ReadTogether"]
Outcome = Answered | BaseException


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an aggregate: the field it stands in, whom to ask what, and how the answer is put in.

    Without an `essential` part there is no aggregate: what refuses it refuses the whole, unless its service is away.
    One that takes long is asked `apart` from the others of its service, which do not wait for it.
    """

    field: str
    method: str
    request: Message
    put: Callable[[Any], None]
    essential: bool = False
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The services behind the gateway, their methods by full name, and the zone in which the house counts days."""

    backends: Mapping[str, Backend]
    methods: Mapping[str, Method]
    zone: ZoneInfo

    async def ask(self, parts: Sequence[Part], metadata: Metadata, until: float) -> Sequence[Outcome]:
        """What became of parts of one service, by one call where there are several."""
        if len(parts) > 1:
            try:
                return await self._together(parts, metadata, until)
            except Refusal as error:
                return [error] * len(parts)
            except grpc.aio.AioRpcError as error:
                # A service of an older release cannot be asked so.
                if error.code() is not grpc.StatusCode.UNIMPLEMENTED:
                    return [error] * len(parts)
        return await asyncio.gather(*(self._by_itself(part, metadata, until) for part in parts), return_exceptions=True)

    def service(self, part: Part) -> str:
        """Whom to ask."""
        return self.methods[part.method].service

    async def _by_itself(self, part: Part, metadata: Metadata, until: float) -> Answered:
        return await self._called(self.methods[part.method], part.request, metadata, until)

    async def _together(self, parts: Sequence[Part], metadata: Metadata, until: float) -> Sequence[Outcome]:
        methods = [self.methods[part.method] for part in parts]
        questions = [
            reading.Question(method=method.path, request=part.request.SerializeToString())
            for method, part in zip(methods, parts, strict=True)
        ]
        wanted = reading.ReadTogetherRequest(questions=questions)
        answer, closing = await self._called(together_method(methods[0].service), wanted, metadata, until)
        outcomes: Sequence[reading.Outcome] = answer.outcomes  # type: ignore[attr-defined]  # it is a ReadTogetherResponse
        return [
            (method.answer.FromString(outcome.answer), closing)
            if outcome.HasField("answer")
            else _error_of(outcome.refusal)
            for method, outcome in zip(methods, outcomes, strict=True)
        ]

    async def _called(self, method: Method, request: Message, metadata: Metadata, until: float) -> Answered:
        backend = self.backends[method.service]
        return await backend.ask(method, request, metadata=metadata, until=until, repeat=True)


@cache
def together_method(service: str) -> Method:
    """The method by which a service answers several reads at once; people do not call it."""
    return Method(
        service=service,
        descriptor=_TOGETHER,
        request=reading.ReadTogetherRequest,
        answer=reading.ReadTogetherResponse,
        shape=Shape.UNARY,
        anonymous=False,
        reads=True,
        repeatable=False,
        demands_key=False,
    )


async def gather(
    neighbours: Neighbours, parts: Sequence[Part], metadata: Metadata, until: float
) -> tuple[list[MissingPart], bool]:
    """Put every part in its place; which are missing, and whether one was read before the caller's own write came.

    A part that takes more than its 2 seconds, or than there are before `until`, is missing. Raises what an essential
    part is refused for.
    """
    locale = dict(metadata).get("accept-language", "zh")
    until = min(until, asyncio.get_running_loop().time() + PART_SECONDS)
    groups = _by_service(neighbours, parts)
    answers = await asyncio.gather(*(neighbours.ask(group, metadata, until) for group in groups))
    known = {
        part.field: outcome
        for group, found in zip(groups, answers, strict=True)
        for part, outcome in zip(group, found, strict=True)
    }
    missing, stale = [], False
    for part in parts:
        outcome = known[part.field]
        if isinstance(outcome, BaseException):
            missing.append(_missing(part, outcome, neighbours.service(part), locale))
        else:
            answer, closing = outcome
            part.put(answer)
            stale = stale or any(key == STALE for key, _ in closing)
    return missing, stale


def _by_service(neighbours: Neighbours, parts: Sequence[Part]) -> Sequence[Sequence[Part]]:
    """The parts as they are asked for: those of one service together."""
    groups: dict[tuple[str, str], list[Part]] = {}
    for part in parts:
        groups.setdefault((neighbours.service(part), part.field if part.apart else ""), []).append(part)
    return list(groups.values())


def _error_of(refusal: status_pb2.Status) -> grpc.aio.AioRpcError:
    """A refusal as the call by itself would have raised it."""
    code = problems.BY_NUMBER.get(refusal.code, grpc.StatusCode.UNKNOWN)
    details = (
        grpc.aio.Metadata((problems.DETAILS, refusal.SerializeToString())) if refusal.details else grpc.aio.Metadata()
    )
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), details, refusal.message)


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
