"""The ratios of A-02, each with what is divided by what (指标)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from services.analytics.domain.facts import STEPS
from services.analytics.domain.figures import NOT_KNOWN, Ratio, Tallies, rounded

_HOUR, _DAY = 3600, 86_400


class Metric(Enum):
    """What is measured."""

    DEAL_RATIO = "deal_ratio"  # 成交率: opportunities ÷ orders
    WIN_RATE = "win_rate"  # 赢单率: won ÷ closed
    ORDER_RATE = "order_rate"  # 成单率: orders ÷ opportunities
    CUSTOMER_RATIO = "customer_ratio"  # 潜在客户转化率: customers owned at the period's end ÷ opportunities
    LEAD_CONVERSION = "lead_conversion"  # 线索转化率: converted ÷ leads, by the leads of the period
    SALES_CYCLE = "sales_cycle"  # 平均销售周期: days from first contact to order
    RETENTION = "retention"  # 客户留存率: renewed ÷ contracts whose term ended
    LEAD_TO_OPPORTUNITY = (
        "lead_to_opportunity"  # 线索到商机时长: days from first contact to opening, of what came of a lead
    )
    FIRST_RESPONSE = "first_response"  # 首次响应时间: hours until the customer of a lead of the period was answered
    REPURCHASE = "repurchase"  # 复购率: orders of customers who had ordered before ÷ orders
    SECOND_ORDER = "second_order"  # 首单客户复购率: ordered again ÷ customers whose first order is of the period
    CUSTOMER_RETENTION = "customer_retention"  # 活跃客户留存率: not lapsed at its end ÷ customers of the period
    CHURN = "churn"  # 客户流失率: lapsed ÷ customers of the period
    WIN_BACK_TIME = "win_back_time"  # 赢回时长: days from lapsing to the next order
    CUSTOMER_UTILIZATION = "customer_utilization"  # 客户利用率: with something open ÷ owned, at the period's end
    RAMP_UP = "ramp_up"  # 新人上手时间: days from joining to the first order, of those who joined in the period


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
    if metric in _TIMES:
        time = None if ratio.value is None else rounded(ratio.value / _TIMES[metric], 1)
        return Measured(metric, ratio, NOT_KNOWN if time is None else str(time), time)
    return Measured(metric, ratio, ratio.times(), None if ratio.value is None else rounded(ratio.value, 2))


def _closed(tallies: Tallies) -> int:
    return tallies.count("won") + sum(tallies.count(f"lost_at_{step.value}") for step in STEPS)


def _average(tallies: Tallies, measure: str) -> Ratio:
    return Ratio(tallies.total(measure), tallies.count(measure))


def _active(tallies: Tallies) -> int:
    """The customers of the period: active when it began, or become so in it, by a first order or by coming back."""
    return sum(tallies.count(each) for each in ("customers_before", "first_orders", "won_back"))


def _lapsed(tallies: Tallies) -> int:
    """No more than there were: in more than a year one may lose a customer whom others had won before."""
    return min(tallies.count("lapsed"), _active(tallies))


_UNKNOWN = Ratio(0, 0)
_OF_CUSTOMERS = (
    *(Metric.REPURCHASE, Metric.SECOND_ORDER, Metric.CUSTOMER_RETENTION, Metric.CHURN),
    *(Metric.WIN_BACK_TIME, Metric.CUSTOMER_UTILIZATION, Metric.RAMP_UP),
)
_WITHOUT_SIDES = frozenset({Metric.CUSTOMER_RATIO, Metric.RETENTION, *_OF_CUSTOMERS})
# What is measured as a time, by how many units of its numerator one shown unit has.
_TIMES = {
    Metric.SALES_CYCLE: _DAY,
    Metric.LEAD_TO_OPPORTUNITY: _DAY,
    Metric.FIRST_RESPONSE: _HOUR,
    Metric.WIN_BACK_TIME: 1,
    Metric.RAMP_UP: 1,
}
_PERCENT = frozenset(
    {
        *(Metric.WIN_RATE, Metric.ORDER_RATE, Metric.LEAD_CONVERSION, Metric.RETENTION, Metric.REPURCHASE),
        *(Metric.SECOND_ORDER, Metric.CUSTOMER_RETENTION, Metric.CHURN, Metric.CUSTOMER_UTILIZATION),
    }
)
RATIOS: Mapping[Metric, Callable[[Tallies], Ratio]] = {
    Metric.DEAL_RATIO: lambda found: Ratio(found.count("opportunities"), found.count("orders")),
    Metric.WIN_RATE: lambda found: Ratio(found.count("won"), _closed(found)),
    Metric.ORDER_RATE: lambda found: Ratio(found.count("orders"), found.count("opportunities")),
    Metric.CUSTOMER_RATIO: lambda found: Ratio(found.count("accounts"), found.count("opportunities")),
    Metric.LEAD_CONVERSION: lambda found: Ratio(found.count("cohort_converted"), found.count("leads")),
    Metric.SALES_CYCLE: lambda found: _average(found, "cycle"),
    Metric.RETENTION: lambda found: Ratio(found.count("terms_renewed"), found.count("terms_ended")),
    Metric.LEAD_TO_OPPORTUNITY: lambda found: _average(found, "opened_from_lead"),
    Metric.FIRST_RESPONSE: lambda found: _average(found, "cohort_responded"),
    Metric.REPURCHASE: lambda found: Ratio(found.count("repeat_orders"), found.count("customer_orders")),
    Metric.SECOND_ORDER: lambda found: Ratio(found.count("cohort_repeated"), found.count("first_orders")),
    Metric.CUSTOMER_RETENTION: lambda found: Ratio(_active(found) - _lapsed(found), _active(found)),
    Metric.CHURN: lambda found: Ratio(_lapsed(found), _active(found)),
    Metric.WIN_BACK_TIME: lambda found: _average(found, "won_back"),
    Metric.CUSTOMER_UTILIZATION: lambda found: Ratio(found.count("accounts_worked"), found.count("accounts")),
    Metric.RAMP_UP: lambda found: _average(found, "ramped_up"),
}
