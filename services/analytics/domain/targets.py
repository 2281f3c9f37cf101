"""Targets (目标): what a year is to bring, by region, team and person, and how far it has come.

What is counted and what is paid sums up to the parent. A rate does not: the parent's rate is that of all together, so
each child's rate counts by what it is a rate of.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID

from kernel.errors import Kind, Refusal
from kernel.events import Change
from services.analytics.domain.figures import rounded

MILLION = 1_000_000
MONTHS = 12
WHOLE = 100


class Kpi(Enum):
    """What a target is set for."""

    LEADS = "leads"  # 线索量
    ORDERS = "orders"  # 订单数
    ORDER_RATE = "order_rate"  # 成单率
    RETENTION = "retention"  # 客户留存率
    SIGNED = "signed"  # 签约额
    RECEIVED = "received"  # 回款额


COUNTS = frozenset({Kpi.LEADS, Kpi.ORDERS})
RATES = frozenset({Kpi.ORDER_RATE, Kpi.RETENTION})
MONEY = frozenset({Kpi.SIGNED, Kpi.RECEIVED})


@dataclass(eq=False, kw_only=True)
class TargetNotFound(Refusal):
    """There is no such target, or the caller may not see it."""

    kind = Kind.NOT_FOUND
    reason = "TARGET_NOT_FOUND"

    target: str


@dataclass(eq=False, kw_only=True)
class TargetValueWrong(Refusal):
    """The value does not fit what the target is set for: a number, an amount, or a rate with what it is a rate of."""

    kind = Kind.INVALID_INPUT
    reason = "TARGET_VALUE_WRONG"

    field: str


@dataclass(eq=False, kw_only=True)
class TargetSubjectUnknown(Refusal):
    """Nobody here is called so."""

    kind = Kind.INVALID_INPUT
    reason = "TARGET_SUBJECT_UNKNOWN"

    subject: str
    field: str = "target.subject"


@dataclass(eq=False, kw_only=True)
class TargetSeasonsWrong(Refusal):
    """The twelve months do not add up to a hundred percent."""

    kind = Kind.INVALID_INPUT
    reason = "TARGET_SEASONS_WRONG"

    field: str = "target.month_percents"


@dataclass(frozen=True, slots=True)
class TargetCreated:
    """A target was set."""


@dataclass(frozen=True, slots=True)
class TargetUpdated:
    """A target was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A count, an amount in minor units, or a rate in millionths, which weighs as much as it is a rate of."""

    number: int
    currency: str = ""
    weight: int = 0

    @property
    def rate(self) -> Decimal:
        """The rate as a number between 0 and 1."""
        return Decimal(self.number) / MILLION


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whose target it is: a region, a team, a person, or the whole company; with what lies above it."""

    name: str = ""
    region: UUID | None = None
    team: UUID | None = None
    owner: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a year is to bring; without seasons each month is to bring the same."""

    uuid: UUID
    version: int = 0
    year: int
    kpi: Kpi
    subject: Subject
    value: Value
    month_percents: tuple[int, ...] = ()
    create_time: datetime
    update_time: datetime

    def __post_init__(self) -> None:
        _check_value(self.kpi, self.value)
        if self.month_percents and (len(self.month_percents) != MONTHS or sum(self.month_percents) != WHOLE):
            raise TargetSeasonsWrong

    def changed(self, *, value: Value, month_percents: tuple[int, ...], now: datetime) -> "Change[Target]":
        """Set anew in the middle of the year; nothing changed is no event."""
        following = replace(self, value=value, month_percents=month_percents)
        if following == self:
            return Change(self, ())
        return Change(replace(following, update_time=now), (TargetUpdated(),))

    def share_by(self, day: date) -> Decimal:
        """Which part of the year's target was to be reached by the end of a day."""
        if day.year != self.year:
            return Decimal(int(day.year > self.year))
        percents = self.month_percents or None
        following = date(day.year + day.month // MONTHS, day.month % MONTHS + 1, 1)
        of_month = Decimal(day.day) / (following - day.replace(day=1)).days
        if percents is None:
            return (day.month - 1 + of_month) / MONTHS
        return (sum(percents[: day.month - 1]) + percents[day.month - 1] * of_month) / WHOLE


def set_target(
    *,
    uuid: UUID,
    year: int,
    kpi: Kpi,
    subject: Subject,
    value: Value,
    month_percents: tuple[int, ...],
    now: datetime,
) -> Change[Target]:
    """A new target. Raises TargetValueWrong and TargetSeasonsWrong."""
    target = Target(
        uuid=uuid,
        year=year,
        kpi=kpi,
        subject=subject,
        value=value,
        month_percents=month_percents,
        create_time=now,
        update_time=now,
    )
    return Change(target, (TargetCreated(),))


def together(kpi: Kpi, values: Sequence[Value]) -> Value | None:
    """What the children of a target bring together; None where there are none, or their currencies differ."""
    if not values or len({value.currency for value in values}) > 1:
        return None
    if kpi not in RATES:
        return Value(number=sum(value.number for value in values), currency=values[0].currency)
    weight = sum(value.weight for value in values)
    weighted = Decimal(sum(value.number * value.weight for value in values)) / weight
    return Value(number=int(rounded(weighted, 0)), weight=weight)


def by_subject(targets: Iterable[Target]) -> Mapping[tuple[str, str], Target]:
    """Targets by currency and whose they are: what is set in two currencies does not sum up."""
    return {(each.value.currency, each.subject.name): each for each in targets}


def parent_of(target: Target, others: Mapping[tuple[str, str], Target], above: Sequence[UUID]) -> Target | None:
    """The nearest target above: of a team above (`above` are they, the nearest first), the region, the company."""
    subject, currency = target.subject, target.value.currency
    if not subject.name:
        return None
    names = [f"teams/{team}" for team in above]
    if subject.region is not None:
        names.append(f"regions/{subject.region}")
    keys = [(currency, name) for name in (*names, "") if name != subject.name]
    return next((others[key] for key in keys if key in others), None)


def _check_value(kpi: Kpi, value: Value) -> None:
    if kpi in RATES and not 0 <= value.number <= MILLION:
        raise TargetValueWrong(field="target.rate")
    if (value.weight > 0) != (kpi in RATES):
        raise TargetValueWrong(field="target.weight")
    if bool(value.currency) != (kpi in MONEY):
        raise TargetValueWrong(field="target.amount")
