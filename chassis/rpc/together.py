"""Several reads in one call: each is asked as if it had come by itself, and refused by itself.

What a call costs beside its answer (the transport, who calls, from when it must be done) is so paid once for a page of
many parts; and a page waits for one place among the running calls, not for eight.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

import grpc
from google.protobuf.message import Message
from google.rpc import status_pb2
from millrace.reading.v1 import reading_service_pb2 as contract

from chassis import logs, metrics
from chassis.rpc.call import Call
from chassis.rpc.statuses import internal, status_of
from chassis.texts import Texts
from kernel.errors import DeadlinePassed, Refusal

READING = contract.DESCRIPTOR.services_by_name["ReadingService"]
_TO_ANSWER_SECONDS = 0.2
Reader = Callable[[bytes, Call], Awaitable[Message]]


class ReadingServicer:
    """Serves `ReadingService` of one server (合并读取)."""

    def __init__(self, readers: Mapping[str, Reader], texts: Texts) -> None:
        """`readers` are the methods that only read, by the name gRPC calls them; each does all that a call needs."""
        self._readers = readers
        self._texts = texts
        self._log = logs.get_logger()

    async def ReadTogether(self, request: contract.ReadTogetherRequest, call: Call) -> contract.ReadTogetherResponse:
        """Read one after another: a page is not to take more connections to the database than any other call.

        What was read stands even where the time is too short for the rest.
        """
        until = call.deadline - _TO_ANSWER_SECONDS if call.deadline is not None else None
        outcomes = [await self._outcome(question, call, until) for question in request.questions]
        return contract.ReadTogetherResponse(outcomes=outcomes)

    async def _outcome(self, question: contract.Question, call: Call, until: float | None) -> contract.Outcome:
        read = self._readers.get(question.method)
        if read is None:
            return contract.Outcome(refusal=status_pb2.Status(code=grpc.StatusCode.UNIMPLEMENTED.value[0]))
        started, code = time.perf_counter(), "OK"
        try:
            async with asyncio.timeout_at(until):
                answer = await read(question.request, call)
            return contract.Outcome(answer=answer.SerializeToString())
        except Refusal as refusal:
            code = refusal.kind.name
            return contract.Outcome(refusal=status_of(refusal, texts=self._texts, locale=call.locale))
        except TimeoutError:
            code = "DEADLINE_PASSED"
            return contract.Outcome(refusal=status_of(DeadlinePassed(), texts=self._texts, locale=call.locale))
        except Exception:  # noqa: BLE001 - a boundary: nothing of a defect may reach the caller, nor the other answers
            code = "INTERNAL"
            status, error_id = internal(texts=self._texts, locale=call.locale)
            self._log.exception("call failed", method=question.method, error_id=error_id)
            return contract.Outcome(refusal=status)
        finally:
            metrics.RPC_SECONDS.labels(question.method, code).observe(time.perf_counter() - started)
