"""The ratios of A-02, each with what is divided by what (指标)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from services.analytics.domain.facts import STEPS
from services.analytics.domain.figures import NOT_KNOWN, Ratio, Tallies, rounded

_DAY = 86_400


class Metric(Enum):
    """What is measured."""

    DEAL_RATIO = "deal_ratio"  # 成交率: opportunities ÷ orders
    WIN_RATE = "win_rate"  # 赢单率: won ÷ closed
    ORDER_RATE = "order_rate"  # 成单率: orders ÷ opportunities
    CUSTOMER_RATIO = "customer_ratio"  # 潜在客户转化率: customers owned at the period's end ÷ opportunities
    LEAD_CONVERSION = "lead_conversion"  # 线索转化率: converted ÷ leads, by the leads of the period
    SALES_CYCLE = "sales_cycle"  # 平均销售周期: days from first contact to order
    RETENTION = "retention"  # 客户留存率: renewed ÷ contracts whose term ended


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric with the ratio behind it, as it is shown."""

    metric: Metric
    ratio: Ratio
    text: str
    value: Decimal | None


def measured(tallies: Tallies, *, whole: bool = True) -> Sequence[Measured]:
    """Every metric of what was found; not `whole`, what knows no channel, campaign or industry is not known."""
    return [
        _measured(metric, ratio(tallies) if whole or metric not in _WITHOUT_SIDES else _UNKNOWN)
        for metric, ratio in RATIOS.items()
    ]


def _measured(metric: Metric, ratio: Ratio) -> Measured:
    if metric in _PERCENT:
        return Measured(metric, ratio, ratio.percent(), None if ratio.value is None else rounded(ratio.value, 4))
    if metric is Metric.SALES_CYCLE:
        days = None if ratio.value is None else rounded(ratio.value / _DAY, 1)
        return Measured(metric, ratio, NOT_KNOWN if days is None else str(days), days)
    return Measured(metric, ratio, ratio.times(), None if ratio.value is None else rounded(ratio.value, 2))


def _closed(tallies: Tallies) -> int:
    return tallies.count("won") + sum(tallies.count(f"lost_at_{step.value}") for step in STEPS)


_UNKNOWN = Ratio(0, 0)
_WITHOUT_SIDES = frozenset({Metric.CUSTOMER_RATIO, Metric.RETENTION})
_PERCENT = frozenset({Metric.WIN_RATE, Metric.ORDER_RATE, Metric.LEAD_CONVERSION, Metric.RETENTION})
RATIOS: Mapping[Metric, Callable[[Tallies], Ratio]] = {
    Metric.DEAL_RATIO: lambda found: Ratio(found.count("opportunities"), found.count("orders")),
    Metric.WIN_RATE: lambda found: Ratio(found.count("won"), _closed(found)),
    Metric.ORDER_RATE: lambda found: Ratio(found.count("orders"), found.count("opportunities")),
    Metric.CUSTOMER_RATIO: lambda found: Ratio(found.count("accounts"), found.count("opportunities")),
    Metric.LEAD_CONVERSION: lambda found: Ratio(found.count("cohort_converted"), found.count("leads")),
    Metric.SALES_CYCLE: lambda found: Ratio(found.total("cycle"), found.count("cycle")),
    Metric.RETENTION: lambda found: Ratio(found.count("terms_renewed"), found.count("terms_ended")),
}
