"""What can be asked of the figures: for which days, of whom, told apart by what; and along which cut that is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import Enum
from typing import NamedTuple

from kernel.errors import InvalidField, Kind, Refusal
from services.analytics.domain.cells import (
    PERSON_DAY,
    PERSON_MONTH,
    PERSON_REASONS,
    PERSON_STAYS,
    REGION_MONTH,
    REGION_REASONS,
    SIDE_REASONS,
    TEAM_CUTS,
)

_DAY = timedelta(days=1)
_BEFORE_EVERYTHING = date(1900, 1, 1)


class Dimension(Enum):
    """By what figures are told apart."""

    REGION = "region"
    TEAM = "team"
    MEMBER = "member"
    CHANNEL = "channel"
    CAMPAIGN = "campaign"
    INDUSTRY = "industry"
    PRODUCT = "product"
    TAG = "tag"
    TIER = "tier"
    LIFECYCLE = "lifecycle"
    MONTH = "month"


# What is told by some facts only, or several times by one: by these the groups are not all there is.
PARTIAL = (Dimension.PRODUCT, Dimension.TAG, Dimension.TIER, Dimension.LIFECYCLE)
SIDES = (Dimension.CHANNEL, Dimension.CAMPAIGN, Dimension.INDUSTRY, *PARTIAL)


@dataclass(eq=False, kw_only=True)
class PeriodInvalid(Refusal):
    """A period begins after its end."""

    kind = Kind.INVALID_INPUT
    reason = "PERIOD_INVALID"

    field: str = "period"


@dataclass(eq=False, kw_only=True)
class PeriodNotWholeMonths(Refusal):
    """By channel, campaign, industry and the like figures are kept by the month."""

    kind = Kind.INVALID_INPUT
    reason = "PERIOD_NOT_WHOLE_MONTHS"

    field: str = "period"


@dataclass(eq=False, kw_only=True)
class RatioByMonth(InvalidField):
    """A ratio goes by what is owned at the end of its period, which is no sum of months."""

    reason = "RATIO_BY_MONTH"


@dataclass(eq=False, kw_only=True)
class FigureSidesMixed(Refusal):
    """Figures are told apart by one of channel, campaign, industry and the like at a time."""

    kind = Kind.INVALID_INPUT
    reason = "FIGURE_SIDES_MIXED"

    field: str = "group_by"


@dataclass(eq=False, kw_only=True)
class FigureNotByPerson(Refusal):
    """By channel, campaign, industry and the like figures are kept for teams, not for one person."""

    kind = Kind.INVALID_INPUT
    reason = "FIGURE_NOT_BY_PERSON"

    field: str = "group_by"


@dataclass(eq=False, kw_only=True)
class FigureGroupUnknown(Refusal):
    """The group that others are to be compared with has no figures in the period."""

    kind = Kind.INVALID_INPUT
    reason = "FIGURE_GROUP_UNKNOWN"

    group: str
    field: str = "compare_to"


@dataclass(frozen=True, slots=True)
class Span:
    """Days from the first to the last, both included."""

    first: date
    last: date


# Cuts to read, each with its days.
Cuts = tuple[tuple[str, tuple[Span, ...]], ...]


@dataclass(frozen=True, slots=True)
class Period:
    """The days a question is about, both ends included. Raises PeriodInvalid."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise PeriodInvalid

    @property
    def months(self) -> Span | None:
        """The whole months within, by their first days."""
        first = self.start if self.start.day == 1 else _next_month(self.start)
        last = (self.end + _DAY).replace(day=1) - _DAY
        return Span(first, last.replace(day=1)) if first <= last else None

    @property
    def rest(self) -> tuple[Span, ...]:
        """The days before and after the whole months."""
        months = self.months
        if months is None:
            return (Span(self.start, self.end),)
        before, after = Span(self.start, months.first - _DAY), Span(_next_month(months.last), self.end)
        return tuple(span for span in (before, after) if span.first <= span.last)


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Figures of a period, narrowed to what the filters name, told apart by up to two dimensions."""

    period: Period
    group_by: tuple[Dimension, ...] = ()
    only: Mapping[Dimension, str] = field(default_factory=dict)

    @property
    def side(self) -> Dimension | None:
        """The side it looks from; raises FigureSidesMixed where there are two."""
        sides = {each for each in (*self.group_by, *self.only) if each in SIDES}
        if len(sides) > 1:
            raise FigureSidesMixed
        return next(iter(sides), None)

    @property
    def _of_persons(self) -> bool:
        """Whether it asks of teams or persons: both are read from persons."""
        return bool({*self.group_by, *self.only} & {Dimension.TEAM, Dimension.MEMBER})

    def cuts(self, *, everybody: bool, own: bool) -> Cuts:
        """The cuts to read with their days; `everybody` and `own` say how far the asker sees.

        Raises FigureSidesMixed, FigureNotByPerson and PeriodNotWholeMonths.
        """
        asked, months, rest = {*self.group_by, *self.only}, self.period.months, self.period.rest
        side = self.side
        if side is not None:
            if own or Dimension.MEMBER in asked:
                raise FigureNotByPerson
            if rest or months is None:
                raise PeriodNotWholeMonths
            return ((TEAM_CUTS[side.value], (months,)),)
        if months is not None and not rest and everybody and not self._of_persons:
            return ((REGION_MONTH, (months,)),)
        return ((PERSON_MONTH, (months,) if months else ()), (PERSON_DAY, rest))

    def stays(self) -> Cuts:
        """The cuts that tell how long stays took; raises PeriodNotWholeMonths and FigureSidesMixed."""
        months = self._whole_months()
        return ((PERSON_MONTH, (months,)), (PERSON_STAYS, (months,)))

    def practices(self, *, everybody: bool) -> Cuts:
        """The cut that tells what was done; raises PeriodNotWholeMonths and FigureSidesMixed."""
        self._whole_months()
        return self.reasons(everybody=everybody)

    def _whole_months(self) -> Span:
        months = self.period.months
        if self.side is not None:
            raise FigureSidesMixed
        if months is None or self.period.rest:
            raise PeriodNotWholeMonths
        return months

    def reasons(self, *, everybody: bool) -> Cuts:
        """The cut that tells why something was lost or won, and from no other side what was done: of whole months."""
        months, side = self.period.months, self.side
        if months is None or self.period.rest:
            return ()
        if side is not None:
            return ((SIDE_REASONS[TEAM_CUTS[side.value]], (months,)),)
        return ((REGION_REASONS if everybody and not self._of_persons else PERSON_REASONS, (months,)),)

    def before(self, day: date) -> "Question | None":
        """The same about the part of the period before a day; None where that is none of it."""
        last = min(self.period.end, day - _DAY)
        return replace(self, period=Period(self.period.start, last)) if self.period.start <= last else None

    def altogether(self) -> "Question":
        """The same not told apart; itself where its groups add up to everything."""
        return replace(self, group_by=()) if {*self.group_by} & {*PARTIAL} else self

    def before_its_start(self) -> "Question":
        """The same about everything before the period."""
        return replace(self, period=Period(_BEFORE_EVERYTHING, self.period.start - _DAY))

    def up_to_its_end(self) -> "Question":
        """The same about everything until the end of the period."""
        return replace(self, period=Period(_BEFORE_EVERYTHING, self.period.end))


class Sum(NamedTuple):
    """What was found: the sum of a measure in a group, per currency; `value` where a side of its own is told apart.

    A tuple, because an answer is made of thousands of them.
    """

    group: tuple[str, ...]
    measure: str
    currency: str = ""
    value: str = ""
    tally: int = 0
    total: int = 0
