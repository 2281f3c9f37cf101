"""Traces by OpenTelemetry: a span for each call a service answers; off unless `OTEL_EXPORTER_OTLP_ENDPOINT` is set.

The span lies under the caller's, whose `traceparent` the gateway hands on without a span of its own; the events that
the call writes carry it further. Statements and publishing have no spans: the metrics tell their times. Off, it costs
one comparison a call: the libraries are not even imported.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

from chassis.settings import Environment

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

_tracer: "Tracer | None" = None


def configure(service: str, values: Mapping[str, str]) -> None:
    """Export spans to the collector the environment names; nothing where it names none."""
    global _tracer  # noqa: PLW0603 - one tracer per process, as the logging configuration is
    if not Environment(values).text("OTEL_EXPORTER_OTLP_ENDPOINT", "", means="the collector of traces; off without"):
        return
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - off costs nothing
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - off costs nothing
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - off costs nothing
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - off costs nothing

    provider = TracerProvider(resource=Resource.create({"service.name": f"millrace-{service}"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _tracer = provider.get_tracer("millrace")


def span(name: str, traceparent: str = "") -> AbstractContextManager[str]:
    """A span under the caller's; answers the traceparent (W3C Trace Context) to hand on."""
    return nullcontext(traceparent) if _tracer is None else _recorded(_tracer, name, traceparent)


@contextmanager
def _recorded(tracer: "Tracer", name: str, traceparent: str) -> Iterator[str]:
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415 - off costs nothing

    propagator = TraceContextTextMapPropagator()
    context = propagator.extract({"traceparent": traceparent}) if traceparent else None
    with tracer.start_as_current_span(name, context=context):
        carrier: dict[str, str] = {}
        propagator.inject(carrier)
        yield carrier.get("traceparent", traceparent)
