"""`metrics.md`: every metric of every process."""

from prometheus_client.metrics import MetricWrapperBase

from chassis import metrics as declared
from deploy.reference.markdown import code, page, table

_OPENING = (
    "What every process tells at `/metrics` of its debug port, beside what Python and the process tell of themselves. "
    "`deploy/prometheus/alerts.yml` says which of them wake somebody."
)


def metrics() -> str:
    """The page."""
    found = [each for each in vars(declared).values() if isinstance(each, MetricWrapperBase)]
    rows = sorted(_row(each) for each in found)
    return page("Metrics", _OPENING, table(("Metric", "Kind", "Labels", "Meaning"), rows))


def _row(metric: MetricWrapperBase) -> tuple[str, str, str, str]:
    [told] = metric.describe()
    name = f"{told.name}_total" if told.type == "counter" else told.name
    labels = " ".join(code(label) for label in metric._labelnames)  # noqa: SLF001 - the library tells them nowhere else
    return code(name), told.type, labels, told.documentation
