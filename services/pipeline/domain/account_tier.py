"""Tiers of accounts (客户分级): the few who make most of what we sell, by several indicators (二八法则)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from kernel.money import CURRENCIES
from trade.reasons import Reason
from trade.rule_body import RuleBody, refuse_twice

_MOST_DAYS, _MOST_WEIGHT, _WHOLE = 1100, 1000, 100
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Indicator(Enum):
    """By what customers are compared."""

    ORDERED = "ordered"
    ORDERS = "orders"
    GROWTH = "growth"
    POTENTIAL = "potential"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a customer ordered within the window and within the one before, and what is open; money in minor units."""

    ordered: int = 0
    orders: int = 0
    ordered_before: int = 0
    potential: int = 0

    def value(self, indicator: Indicator) -> int:
        """The value of an indicator; who orders less than before has no growth."""
        if indicator is Indicator.GROWTH:
            return max(self.ordered - self.ordered_before, 0)
        return {
            Indicator.ORDERED: self.ordered,
            Indicator.ORDERS: self.orders,
            Indicator.POTENTIAL: self.potential,
        }[indicator]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A tier, and from which score on an account is in it."""

    key: str
    title: str
    title_en: str
    least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TierRules:
    """How accounts are rated: the share that the few make, the window in days, weights, and tiers from the highest."""

    currency: str
    share: int
    days: int
    weights: Mapping[Indicator, int]
    tiers: tuple[Tier, ...]

    @classmethod
    def from_mapping(cls, body: Mapping[str, object]) -> "TierRules":
        """Read the rules from their stored form; raises RuleBodyInvalid that names the wrong place."""
        whole = RuleBody(body).only("currency", "share", "days", "weights", "tiers")
        told = whole.section("weights").only(*(each.value for each in Indicator))
        weights = {Indicator(key): told.whole(key, least=1, most=_MOST_WEIGHT) for key in told.content}
        if not weights:
            raise whole.wrong("weights", "empty")
        return cls(
            currency=whole.choice("currency", CURRENCIES),
            share=whole.whole("share", least=1, most=_WHOLE),
            days=whole.whole("days", least=1, most=_MOST_DAYS),
            weights={each: weights[each] for each in Indicator if each in weights},
            tiers=_tiers(whole),
        )


Marks = Mapping[Indicator, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """One indicator of an account: its value beside the mark, and how much of the mark it reaches in percent."""

    indicator: Indicator
    weight: int
    value: int
    mark: int

    @property
    def reached(self) -> Fraction:
        """The part of the mark that is reached, at most all of it; of a mark of nothing none."""
        return Fraction(min(self.value, self.mark), self.mark) if self.mark else Fraction(0)

    @property
    def percent(self) -> int:
        """The same in percent, cut to a whole number: 100 only for who is among the few."""
        return int(self.reached * _WHOLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """What an account was rated: the tier, empty for none, the score from 0 to 100, and what it is made of."""

    tier: str
    score: int
    currency: str
    indicators: tuple[Rated, ...]
    reasons: tuple[Reason, ...] = ()


def mark_of(values: Iterable[int], *, share: int) -> int:
    """The least value among the few who together make `share` percent of all, the highest taken first; 0 for none."""
    descending = sorted((value for value in values if value > 0), reverse=True)
    wanted, running = sum(descending) * share, 0
    for value in descending:
        running += value * _WHOLE
        if running >= wanted:
            return value
    return 0


def marks_of(figures: Iterable[Figures], *, rules: TierRules) -> Marks:
    """The mark of each indicator that counts, over all customers."""
    everybody = list(figures)
    return {each: mark_of((one.value(each) for one in everybody), share=rules.share) for each in rules.weights}


def rate(figures: Figures, *, marks: Marks, rules: TierRules) -> Rating:
    """The tier of an account: each indicator gives its weight to who is among the few, and a part of it below the mark.

    An indicator that no mark is known of gives nothing.
    """
    indicators = tuple(
        Rated(indicator=each, weight=weight, value=figures.value(each), mark=marks.get(each, 0))
        for each, weight in rules.weights.items()
    )
    total = sum(rules.weights.values())
    score = int(sum(each.weight * each.reached for each in indicators) * _WHOLE / total)
    tier = next((each.key for each in rules.tiers if score >= each.least), "")
    return Rating(
        tier=tier,
        score=score,
        currency=rules.currency,
        indicators=indicators,
        reasons=tuple(_reason(each, rules) for each in indicators),
    )


def _reason(rated: Rated, rules: TierRules) -> Reason:
    about = {"indicator": rated.indicator.value, "share": str(rules.share)}
    if not rated.reached:
        return Reason("TIER_INDICATOR_NOTHING", about)
    if rated.reached == 1:
        return Reason("TIER_INDICATOR_AMONG_FEW", about)
    return Reason("TIER_INDICATOR_BELOW_MARK", {**about, "percent": str(rated.percent)})


def _tiers(whole: RuleBody) -> tuple[Tier, ...]:
    """The tiers, the highest first, as they are written."""
    sections = whole.sections("tiers", absent=None)
    tiers = tuple(_tier(each) for each in sections)
    refuse_twice(sections, "key")
    for above, below, section in zip(tiers, tiers[1:], sections[1:], strict=False):
        if below.least >= above.least:
            raise section.wrong("least", "not_descending")
    return tiers


def _tier(section: RuleBody) -> Tier:
    section.only("key", "title", "title_en", "least")
    key = section.text("key")
    if not _KEY.fullmatch(key):
        raise section.wrong("key", "word")
    return Tier(
        key=key,
        title=section.text("title"),
        title_en=section.text("title_en"),
        least=section.whole("least", least=1, most=_WHOLE),
    )
