"""What a bench says: one line a figure, always of the same shape, and whether it holds its mark."""

import math
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figure:
    """One figure beside its limit; `ratio` compares it with a peer measured in the same run."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    at_least: bool = False
    ratio: float | None = None
    cpu_ms: float | None = None
    beside: dict[str, float] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether the figure keeps its limit."""
        if self.limit is None:
            return True
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def line(self) -> str:
        """`bench NAME VALUE UNIT limit LIMIT ratio RATIO cpu_ms CPU`, then what stands beside it."""
        said = f"bench {self.name} {plain(self.value)} {self.unit} limit {plain(self.limit)}"
        said += f" ratio {plain(self.ratio)} cpu_ms {plain(self.cpu_ms)}"
        return said + "".join(f" {name} {plain(value)}" for name, value in self.beside.items())


def plain(value: float | None) -> str:
    """Plain digits; a dash for what does not apply."""
    if value is None or math.isnan(value):
        return "-"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3f}"


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else math.nan


def spread(seconds: list[float]) -> dict[str, float]:
    """p50 and p99 in milliseconds."""
    return {"p50": percentile(seconds, 0.5) * 1000, "p99": percentile(seconds, 0.99) * 1000}
