"""Payment plans (回款计划): in which instalments a contract is paid, equal to it to the last minor unit."""

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from kernel.errors import InvalidField
from kernel.money import Money, split
from trade.rule_body import RuleBody, refuse_twice

_MOST_PARTS = 120
_MOST_DAYS, _MOST_MONTHS = 3650, 120


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPart:
    """One part of a plan: what it is called, its weight, and how long after the signature it is due."""

    key: str
    display_name_zh: str
    display_name_en: str
    share: Decimal
    days: int = 0
    months: int = 0

    def agreed(self) -> list[object]:
        """Everything that is agreed upon with it, as it is digested."""
        return [self.key, self.display_name_zh, self.display_name_en, str(self.share), self.months, self.days]

    def due(self, signed_on: date) -> date:
        """The business day it is due: months first, to the same day or the last of a shorter month, then days."""
        return _months_later(signed_on, self.months) + timedelta(days=self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPlan:
    """A template of instalments, for example 30/40/30 or twelve months."""

    key: str
    display_name_zh: str
    display_name_en: str
    parts: tuple[PlanPart, ...]

    def instalments(self, amount: Money, *, signed_on: date) -> list["PlannedInstalment"]:
        """The amount in the instalments of the plan."""
        return instalments_of(self.parts, amount, signed_on=signed_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedInstalment:
    """One instalment of a contract as its plan has it."""

    sequence: int
    part: PlanPart
    due_date: date
    amount: Money


def instalments_of(
    parts: Sequence[PlanPart], amount: Money, *, signed_on: date, first: int = 1
) -> list[PlannedInstalment]:
    """The amount in instalments that add up to it exactly, numbered from `first`; what comes to nothing is left out."""
    amounts = split(amount, [part.share for part in parts])
    due = [(part.due(signed_on), part, share) for part, share in zip(parts, amounts, strict=True)]
    kept = [each for each in due if each[2].minor] or due[:1]
    return [
        PlannedInstalment(sequence=number, part=part, due_date=day, amount=share)
        for number, (day, part, share) in enumerate(sorted(kept, key=lambda each: each[0]), start=first)
    ]


@dataclass(eq=False, kw_only=True)
class PaymentPlanUnknown(InvalidField):
    """No payment plan has this key."""

    reason = "PAYMENT_PLAN_UNKNOWN"

    payment_plan: str
    field: str = "contract.payment_plan"


@dataclass(frozen=True, slots=True)
class PaymentPlans:
    """The plans in force, by key."""

    plans: Mapping[str, PaymentPlan]

    @classmethod
    def from_mapping(cls, body: Mapping[str, object]) -> "PaymentPlans":
        """Read the plans from their stored form; raises RuleBodyInvalid that names the wrong place."""
        sections = RuleBody(body).only("plan").sections("plan")
        plans = [_plan(each.only("key", "zh", "en", "part", "monthly")) for each in sections]
        refuse_twice(sections, "key")
        return cls({plan.key: plan for plan in plans})

    def plan(self, key: str) -> PaymentPlan:
        """The plan of a key; raises PaymentPlanUnknown."""
        if key not in self.plans:
            raise PaymentPlanUnknown(payment_plan=key)
        return self.plans[key]


def _plan(body: RuleBody) -> PaymentPlan:
    parts = tuple(_monthly(body.section("monthly")) if "monthly" in body.content else _parts(body.sections("part")))
    if not 1 <= len(parts) <= _MOST_PARTS or not sum(part.share for part in parts):
        raise body.wrong("part", "parts", most=_MOST_PARTS)
    return PaymentPlan(
        key=body.text("key"), display_name_zh=body.text("zh"), display_name_en=body.text("en"), parts=parts
    )


def _parts(bodies: Sequence[RuleBody]) -> Iterator[PlanPart]:
    for body in bodies:
        body.only("key", "zh", "en", "share", "days", "months")
        yield PlanPart(
            key=body.text("key"),
            display_name_zh=body.text("zh"),
            display_name_en=body.text("en"),
            share=body.decimal("share", least=Decimal(0), most=Decimal(1_000_000)),
            days=body.whole("days", least=0, most=_MOST_DAYS) if "days" in body.content else 0,
            months=body.whole("months", least=0, most=_MOST_MONTHS) if "months" in body.content else 0,
        )


def _monthly(body: RuleBody) -> Iterator[PlanPart]:
    body.only("key", "zh", "en", "times")
    for number in range(1, body.whole("times", least=1, most=_MOST_PARTS) + 1):
        yield PlanPart(
            key=body.text("key"),
            display_name_zh=body.text("zh"),
            display_name_en=body.text("en"),
            share=Decimal(1),
            months=number,
        )


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
