"""Every metric of the product, in one table; names follow Prometheus' conventions."""

from prometheus_client import Counter, Gauge, Histogram

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

RPC_SECONDS = Histogram(
    "millrace_rpc_seconds", "Time of one call, by method and status", ["method", "code"], buckets=_FAST
)
RPC_RUNNING = Gauge("millrace_rpc_running", "Calls being served now")
WRITE_RETRIES = Counter("millrace_write_retries_total", "Units of work run again after a lost race", ["service"])
OUTBOX_UNPUBLISHED = Gauge("millrace_outbox_unpublished", "Events committed and not yet in the stream", ["service"])
OUTBOX_OLDEST_SECONDS = Gauge("millrace_outbox_oldest_seconds", "Age of the oldest unpublished event", ["service"])
EVENTS_PUBLISHED = Counter("millrace_events_published_total", "Events acknowledged by the stream", ["service"])
PUBLISH_FAILURES = Counter("millrace_publish_failures_total", "Publishes that were not acknowledged", ["service"])
AGGREGATES_STOPPED = Counter(
    "millrace_aggregates_stopped_total", "Aggregates whose event the stream refused", ["service"]
)
STREAM_REFILLS = Counter("millrace_stream_refills_total", "Streams found lost or rewound and refilled", ["stream"])
STREAM_DRIFTED = Gauge(
    "millrace_stream_drifted", "1 while a stream stands otherwise than declared and nothing is published", ["stream"]
)
CONSUMER_LAG = Gauge("millrace_consumer_lag_events", "Events in the stream not yet applied", ["consumer"])
CONSUMER_APPLIED = Counter("millrace_consumer_applied_total", "Events applied", ["consumer"])
CONSUMER_PARKED = Counter("millrace_consumer_parked_total", "Aggregates parked after a poison event", ["consumer"])
CONSUMER_HALTED = Gauge(
    "millrace_consumer_halted", "1 while a consumer stands still after too many poison events", ["consumer"]
)
EVENT_AGE_SECONDS = Histogram("millrace_event_age_seconds", "From commit to effect", ["consumer"], buckets=_FAST)
JOBS_FAILED = Counter("millrace_jobs_failed_total", "Jobs given up", ["kind"])
JOBS_DUE = Gauge("millrace_jobs_due", "Jobs due and not yet done", ["service"])
MAILS = Counter("millrace_mails_total", "Mails by what for and what became of them", ["purpose", "outcome"])
AUDIT_UNSEALED_SECONDS = Gauge("millrace_audit_unsealed_seconds", "Age of the oldest unsealed audit entry", ["service"])
BACKGROUND_PAUSES = Counter(
    "millrace_background_pauses_total", "Rounds of background work that failed and are tried again", ["task"]
)
MEASURED = Gauge(
    "millrace_measured_timestamp_seconds", "When outbox, audit log and jobs were last measured", ["service"]
)
STREAM_PERMISSION_VIOLATIONS = Counter(
    "millrace_nats_permission_violations_total", "Publishes or reads NATS refused", ["service"]
)
LEADS_NO_SENIOR_FREE = Counter(
    "millrace_leads_no_senior_free_total", "Leads for a senior that found none free, by their grade", ["grade"]
)
HTTP_SECONDS = Histogram(
    "millrace_http_seconds",
    "Time of one HTTP request, by method of the contract and status",
    ["method", "status"],
    buckets=_FAST,
)
CIRCUIT_OPEN = Gauge("millrace_gateway_circuit_open", "1 while a service is left alone after failures", ["service"])
RATE_LIMITED = Counter("millrace_gateway_rate_limited_total", "Requests refused by a rate limit", ["limit"])
