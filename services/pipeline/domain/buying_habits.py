"""Buying habits (购买习惯): what a customer buys, how often, and when the next order is to be expected."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median, quantiles
from uuid import UUID

from kernel.money import Money
from trade.reasons import Reason
from trade.rule_body import RuleBody

# Two orders make one interval, of which there is no spread.
_FEWEST, _MOST = 3, 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """One product of an order; `amount` is with tax."""

    product: UUID
    quantity: Decimal
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A signed contract that was not ended early (订单), on the day of its signature; its amount, where told."""

    contract: UUID
    day: date
    amount: Money | None
    items: tuple[Bought, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyingRules:
    """From how many orders on something is said of the next one."""

    least_orders: int

    @classmethod
    def from_mapping(cls, body: Mapping[str, object]) -> "BuyingRules":
        """Read the rules from their stored form; raises RuleBodyInvalid."""
        section = RuleBody(body).only("next_order").section("next_order").only("least_orders")
        return cls(least_orders=section.whole("least_orders", least=_FEWEST, most=_MOST))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductHabit:
    """How a product is bought: in how many orders, how many units, for how much in each currency, and last when."""

    product: UUID
    orders: int
    quantity: Decimal
    amounts: tuple[Money, ...]
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """How many days lie between orders: the median, and between which the middle half of them lies."""

    median: int
    shorter: int
    longer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NextOrder:
    """When the next order is to be expected, and by when three quarters of those before had come."""

    day: date
    latest_day: date
    overdue_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyingHabits:
    """What the orders of a customer have in common; without `interval` and `next_order` where they are too few."""

    orders: int
    amounts: tuple[Money, ...]
    first_day: date | None
    last_day: date | None
    products: tuple[ProductHabit, ...]
    interval: Interval | None
    next_order: NextOrder | None
    reasons: tuple[Reason, ...]


def buying_habits(orders: Sequence[Order], *, rules: BuyingRules, today: date) -> BuyingHabits:
    """What follows from the orders of a customer; orders of one day are one visit to the shop."""
    days = sorted({order.day for order in orders})
    interval = _interval(days) if len(days) >= rules.least_orders else None
    following = _next_order(days[-1], interval, today=today) if interval else None
    return BuyingHabits(
        orders=len(orders),
        amounts=summed(order.amount for order in orders),
        first_day=days[0] if days else None,
        last_day=days[-1] if days else None,
        products=_products(orders),
        interval=interval,
        next_order=following,
        reasons=_reasons(days, interval, following, least=rules.least_orders, today=today),
    )


def summed(amounts: Iterable[Money | None]) -> tuple[Money, ...]:
    """The sums by currency, in the order of their codes; nothing is converted."""
    sums: dict[str, int] = {}
    for amount in amounts:
        if amount is not None:
            sums[amount.currency] = sums.get(amount.currency, 0) + amount.minor
    return tuple(Money(minor=sums[currency], currency=currency) for currency in sorted(sums))


def _interval(days: Sequence[date]) -> Interval:
    """Quartiles by linear interpolation over all intervals (Hyndman and Fan 1996, type 7); halves of a day count up."""
    gaps = [(after - before).days for before, after in pairwise(days)]
    shorter, _, longer = quantiles(gaps, n=4, method="inclusive")
    return Interval(median=_whole(median(gaps)), shorter=_whole(shorter), longer=_whole(longer))


def _whole(days: float) -> int:
    return int(days + 0.5)


def _next_order(last: date, interval: Interval, *, today: date) -> NextOrder:
    day = last + timedelta(days=interval.median)
    return NextOrder(
        day=day,
        latest_day=last + timedelta(days=interval.longer),
        overdue_days=max((today - day).days, 0),
    )


def _products(orders: Sequence[Order]) -> tuple[ProductHabit, ...]:
    """The products, the one in most orders first; of equals the one bought last."""
    bought: dict[UUID, list[tuple[Order, Bought]]] = {}
    for order in orders:
        for item in order.items:
            bought.setdefault(item.product, []).append((order, item))
    habits = [_product(product, lines) for product, lines in bought.items()]
    return tuple(sorted(habits, key=lambda each: (-each.orders, -each.last_day.toordinal(), each.product)))


def _product(product: UUID, lines: Collection[tuple[Order, Bought]]) -> ProductHabit:
    return ProductHabit(
        product=product,
        orders=len({order.contract for order, _ in lines}),
        quantity=sum((item.quantity for _, item in lines), Decimal(0)),
        amounts=summed(item.amount for _, item in lines),
        last_day=max(order.day for order, _ in lines),
    )


def _reasons(
    days: Sequence[date], interval: Interval | None, following: NextOrder | None, *, least: int, today: date
) -> tuple[Reason, ...]:
    if interval is None or following is None:
        return (Reason("NEXT_ORDER_TOO_FEW_ORDERS", {"orders": str(len(days)), "least": str(least)}),)
    told = [
        Reason(
            "NEXT_ORDER_BY_INTERVAL",
            {"last": days[-1].isoformat(), "days": str(interval.median), "intervals": str(len(days) - 1)},
        )
    ]
    if following.overdue_days:
        told.append(Reason("NEXT_ORDER_OVERDUE", {"days": str(following.overdue_days)}))
    if today > following.latest_day:
        told.append(Reason("NEXT_ORDER_UNUSUALLY_LATE", {"longer": str(interval.longer)}))
    return tuple(told)
