"""The gateway's metrics."""

from prometheus_client import Counter, Gauge, Histogram

HTTP_SECONDS = Histogram(
    "millrace_http_seconds",
    "Time of one HTTP request, by method of the contract and status",
    ["method", "status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
CIRCUIT_OPEN = Gauge("millrace_gateway_circuit_open", "1 while a service is left alone after failures", ["service"])
RATE_LIMITED = Counter("millrace_gateway_rate_limited_total", "Requests refused by a rate limit", ["limit"])
