"""A trace as a collector receives it: a call's span lies under its caller's."""

from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

from chassis import tracing
from tests.support.waiting import eventually

TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
CALLED = f"00-{TRACE}-{CALLER}-01"


class Collector(trace_service_pb2_grpc.TraceServiceServicer):
    """Keeps the spans it is sent, each with the service it is of."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, Any]] = []

    async def Export(self, request: Any, _context: Any) -> Any:
        for resource in request.resource_spans:
            names = [each.value.string_value for each in resource.resource.attributes if each.key == "service.name"]
            self.spans += [(names[0], span) for scope in resource.scope_spans for span in scope.spans]
        return trace_service_pb2.ExportTraceServiceResponse()


@pytest.fixture
async def collector(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Collector]:
    """A collector that this process exports to."""
    collector, server = Collector(), grpc.aio.server()
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(collector, server)  # type: ignore[no-untyped-call]
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    told = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}", "OTEL_BSP_SCHEDULE_DELAY": "20"}
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(tracing, "_tracer", None)  # what `configure` sets is gone after the test
    tracing.configure("leads", told)
    yield collector
    await server.stop(0)


async def test_a_span_lies_under_the_callers_and_is_handed_on(collector: Collector) -> None:
    with tracing.span("/millrace.leads.v1.LeadService/GetLead", CALLED) as handed_on:
        pass
    await eventually(lambda: bool(collector.spans))
    [(service, span)] = collector.spans
    assert (service, span.name) == ("millrace-leads", "/millrace.leads.v1.LeadService/GetLead")
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (TRACE, CALLER)
    assert handed_on == f"00-{TRACE}-{span.span_id.hex()}-01"


def test_without_a_collector_the_callers_trace_is_handed_on_as_it_came() -> None:
    with tracing.span("/millrace.leads.v1.LeadService/GetLead", CALLED) as handed_on:
        assert handed_on == CALLED
