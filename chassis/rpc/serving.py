"""The boundary: every method of a servicer, found by its contract, wrapped once.

Deadline, principal, access rule, validation, masks, time and count stand here and nowhere else. A servicer never sees
the transport: it answers or raises.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, TypeAlias

import grpc
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import Message
from grpc_status import rpc_status

from chassis import logs, metrics, tracing
from chassis.freshness import Freshness
from chassis.marks import AFTER, STALE, WRITTEN, told
from chassis.principal import ANONYMOUS, Principal
from chassis.rpc.call import Call
from chassis.rpc.long_streams import StreamPlaces, heard_out, paced
from chassis.rpc.method import Method, known_method
from chassis.rpc.refusals import NotHereYet
from chassis.rpc.statuses import internal, status_of
from chassis.rpc.together import READING, Reader, ReadingServicer
from chassis.texts import Texts, locale_of
from kernel.errors import DeadlinePassed, Refusal, Unauthenticated
from kernel.time import Clock

Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"
Identify = Callable[[str, Any], Awaitable[Principal]]
_READ_SECONDS = 3.0
_WRITE_SECONDS = 10.0
_STREAM_SECONDS = 3600.0
_LOOK_AGAIN_SECONDS = 60.0
_TO_ANSWER_SECONDS = 0.5


class Boundary:
    """Binds servicers to a server."""

    def __init__(self, *, identify: Identify, texts: Texts, clock: Clock, freshness: Freshness | None = None) -> None:
        """`identify` turns a bearer token into a principal, or raises Unauthenticated.

        With `freshness`, readers wait for what they wrote elsewhere.
        """
        self._freshness = freshness
        self._identify = identify
        self._texts = texts
        self._clock = clock
        self._streams = StreamPlaces()
        self._log = logs.get_logger()

    def bind(self, servicers: Mapping[ServiceDescriptor, object]) -> list[grpc.GenericRpcHandler]:
        """The handlers of all servicers; raises MethodWithoutAccess, and AttributeError for a method left out."""
        bound = [
            (known_method(method), getattr(servicer, method.name))
            for descriptor, servicer in servicers.items()
            for method in descriptor.methods
        ]
        readers = {method.name: self._reader(method, serve) for method, serve in bound if method.reads}
        together = ReadingServicer(readers, self._texts)
        bound += [(known_method(method), getattr(together, method.name)) for method in READING.methods]
        handlers: dict[str, dict[str, grpc.RpcMethodHandler[Any, Any]]] = {}
        for method, serve in bound:
            service = handlers.setdefault(method.descriptor.containing_service.full_name, {})
            service[method.descriptor.name] = self._handler(method, serve)
        return [grpc.method_handlers_generic_handler(name, methods) for name, methods in handlers.items()]

    def _reader(self, method: Method, serve: Any) -> Reader:
        """The method as one of several that are read together: the caller is known already, all else is its own."""

        async def read(payload: bytes, call: Call) -> Message:
            if not method.access.anonymous:
                method.permit(call.principal)
            own = replace(call, method=method.name, answer_type=method.answer_type)
            request = method.request_type.FromString(payload)
            method.admit(request, own)
            answer: Message = method.shown(await serve(request, own), own, self._texts)
            return answer

        return read

    def _handler(self, method: Method, serve: Any) -> "grpc.RpcMethodHandler[Any, Any]":
        coding = {
            "request_deserializer": method.request_type.FromString,
            "response_serializer": method.answer_type.SerializeToString,
        }
        if method.descriptor.client_streaming:
            return grpc.stream_unary_rpc_method_handler(self._client_stream(method, serve), **coding)
        if method.descriptor.server_streaming:
            return grpc.unary_stream_rpc_method_handler(self._server_stream(method, serve), **coding)
        return grpc.unary_unary_rpc_method_handler(self._unary(method, serve), **coding)

    def _unary(self, method: Method, serve: Any) -> Any:
        limit = _WRITE_SECONDS if method.writes else _READ_SECONDS

        async def handle(request: Message, context: Context) -> Any:
            deadline = _deadline(context, limit)
            async with self._guard(method, context) as trace, asyncio.timeout_at(deadline):
                call = await self._call(method, context, deadline, trace)
                method.admit(request, call)
                stale = await self._is_behind(call, deadline)
                if stale and method.writes:
                    raise NotHereYet
                answer = method.shown(await serve(request, call), call, self._texts)
                _tell(context, call, stale=stale)
                return answer

        return handle

    def _server_stream(self, method: Method, serve: Any) -> Any:
        async def handle(request: Message, context: Context) -> AsyncIterator[Any]:
            async with self._guard(method, context) as trace:
                call = await self._stream_call(method, context, trace)
                with self._streams.place(call.principal):
                    method.admit(request, call)
                    seen = asyncio.get_running_loop().time()
                    async for answer in serve(request, call):
                        seen = await self._still_allowed(method, call, seen)
                        yield method.shown(answer, call, self._texts)

        return handle

    def _client_stream(self, method: Method, serve: Any) -> Any:
        async def handle(requests: AsyncIterator[Message], context: Context) -> Any:
            arriving = aiter(requests)
            async with self._guard(method, context) as trace, heard_out(arriving):
                call = await self._stream_call(method, context, trace)
                with self._streams.place(call.principal):
                    async with asyncio.timeout_at(call.deadline):
                        answer = method.shown(await serve(paced(arriving), call), call, self._texts)
                        _tell(context, call, stale=False)
                        return answer

        return handle

    async def _is_behind(self, call: Call, deadline: float) -> bool:
        """Whether what the caller wrote elsewhere has not come here in the time there is to wait for it."""
        after = call.metadata.get(AFTER)
        if not after or self._freshness is None:
            return False
        return not await self._freshness.wait(after, until=deadline - _TO_ANSWER_SECONDS)

    async def _stream_call(self, method: Method, context: Context, trace: str) -> Call:
        """Who begins a stream, told as quickly as to any other caller."""
        async with asyncio.timeout(_READ_SECONDS):
            return await self._call(method, context, _deadline(context, _STREAM_SECONDS), trace)

    async def _still_allowed(self, method: Method, call: Call, seen: float) -> float:
        """Look again every minute whether a long stream is still for this caller; when it was last seen.

        Raises what the first look would: his session ended, he left, or his roles changed. That his token has run out
        meanwhile ends nothing, as it ends no other call under way.
        """
        time = asyncio.get_running_loop().time()
        if time - seen < _LOOK_AGAIN_SECONDS:
            return seen
        if not method.access.anonymous:
            await self._caller(method, call.token, call.now)
        return time

    @asynccontextmanager
    async def _guard(self, method: Method, context: Context) -> AsyncIterator[str]:
        """Count, time, and turn whatever is raised into a status; nothing of a defect reaches the caller."""
        started = time.perf_counter()
        code = "OK"
        metrics.RPC_RUNNING.inc()
        try:
            with tracing.span(method.name, _header(context, "traceparent")) as trace:
                yield trace
        except Refusal as refusal:
            code = refusal.kind.name
            status = status_of(refusal, texts=self._texts, locale=_locale(context))
            await context.abort_with_status(rpc_status.to_status(status))
        except TimeoutError:
            code = "DEADLINE_PASSED"
            status = status_of(DeadlinePassed(), texts=self._texts, locale=_locale(context))
            await context.abort_with_status(rpc_status.to_status(status))
        except (asyncio.CancelledError, GeneratorExit):
            code = "CANCELLED"
            raise
        except grpc.aio.AbortError:
            raise
        except Exception:  # noqa: BLE001 - the boundary: nothing of a defect may reach the caller
            code = "INTERNAL"
            status, error_id = internal(texts=self._texts, locale=_locale(context))
            self._log.exception("call failed", method=method.name, error_id=error_id)
            await context.abort_with_status(rpc_status.to_status(status))
        finally:
            metrics.RPC_RUNNING.dec()
            metrics.RPC_SECONDS.labels(method.name, code).observe(time.perf_counter() - started)

    async def _call(self, method: Method, context: Context, deadline: float, trace: str) -> Call:
        """Who calls, until a time of the loop; raises Unauthenticated and NotAllowed."""
        metadata = {key: value for key, value in context.invocation_metadata() or () if isinstance(value, str)}
        now = self._clock.now()
        token = metadata.get("authorization", "").removeprefix("Bearer ")
        principal = ANONYMOUS
        if not method.access.anonymous:
            principal = await self._caller(method, token, now)
        return Call(
            principal=principal,
            method=method.name,
            now=now,
            deadline=deadline,
            locale=locale_of(metadata.get("accept-language", "")),
            token=token,
            trace=trace,
            answer_type=method.answer_type,
            metadata=metadata,
        )

    async def _caller(self, method: Method, token: str, now: Any) -> Principal:
        if not token:
            raise Unauthenticated
        principal = await self._identify(token, now)
        method.permit(principal)
        return principal


def _tell(context: Context, call: Call, *, stale: bool) -> None:
    """What the answer's end says of the call: what it changed, and whether it read too early.

    A stranger is not told what he changed: a form would say whether its customer was known.
    """
    if call.written and call.principal != ANONYMOUS:
        context.set_trailing_metadata(((WRITTEN, told(call.written)),))
    elif stale:
        context.set_trailing_metadata(((STALE, "true"),))


def _deadline(context: Context, limit: float) -> float:
    """When the call must be done, as a time of the loop: what the caller allows, and not more than the method may."""
    remaining = context.time_remaining()
    return asyncio.get_running_loop().time() + (limit if remaining is None else min(limit, remaining))


def _locale(context: Context) -> str:
    return locale_of(_header(context, "accept-language"))


def _header(context: Context, name: str) -> str:
    for key, value in context.invocation_metadata() or ():
        if key == name:
            return str(value)
    return ""
