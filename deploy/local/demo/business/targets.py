"""What the demo company's year is to bring: a little more than it will, so that gaps have reasons."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from google.type.decimal_pb2 import Decimal as DecimalMessage
from google.type.money_pb2 import Money
from millrace.analytics.v1 import target_pb2, target_service_pb2

from deploy.local.demo.business.actors import DIRECTOR, Actors

# Of a hundred leads of a year: how many orders are planned, and how much an order is planned to be worth.
ORDERS_OF_HUNDRED = 14
ORDER_WORTH = 260_000
# Which part of it a region is to bring, in percent, by its place in the list of regions.
SHARES = (35, 30, 20, 15)
# The year of a house that sells to houses: little around the Spring Festival, much at the end.
SEASON = (5, 4, 8, 8, 8, 9, 8, 8, 9, 9, 11, 13)


def set_targets(actors: Actors, *, leads: int, regions: Sequence[str], years: Sequence[int]) -> None:
    """Set the targets of the company and of its regions, each once."""
    for year in years:
        for number, target in enumerate(_targets(year, leads=leads, regions=regions)):
            request = target_service_pb2.CreateTargetRequest(target=target, request_id=f"demo-target-{year}-{number}")
            actors.ask(DIRECTOR, "analytics.TargetService.CreateTarget", request)


def _targets(year: int, *, leads: int, regions: Sequence[str]) -> Iterator[target_pb2.Target]:
    whole = {"": 100, **dict(zip(regions, SHARES, strict=True))}
    orders = max(4, leads * ORDERS_OF_HUNDRED // 100)
    for subject, share in whole.items():
        common: Mapping[str, Any] = {"year": year, "subject": subject, "month_percents": SEASON}
        planned = max(1, orders * share // 100)
        yield target_pb2.Target(kpi=target_pb2.KPI_LEADS, count=max(1, leads * share // 100), **common)
        yield target_pb2.Target(kpi=target_pb2.KPI_ORDERS, count=planned, **common)
        for kpi, part in ((target_pb2.KPI_SIGNED, 100), (target_pb2.KPI_RECEIVED, 70)):
            amount = Money(currency_code="CNY", units=planned * ORDER_WORTH * part // 100)
            yield target_pb2.Target(kpi=kpi, amount=amount, **common)
        for kpi, rate, weight in (
            (target_pb2.KPI_ORDER_RATE, "0.45", planned * 2),
            (target_pb2.KPI_RETENTION, "0.6", planned),
        ):
            yield target_pb2.Target(kpi=kpi, rate=DecimalMessage(value=rate), weight=weight, **common)
