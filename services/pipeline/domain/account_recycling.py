"""The recycling clock (回收时钟) of an account: until when its owner keeps a customer he does not work.

What happened with the customer is told as happenings; what a clock comes to follows from them alone, whoever asks.
While something is open with him (`Business`) nothing comes of the clock, and its days do not count afterwards.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from uuid import UUID

from trade.pools.clock import Clock, FallBack, Limits, Mark, Plan, RecycleStep, Rest, reset_spell


class RecycleRule(Enum):
    """By which rule an account falls back; of one day in this order.

    Each counts from the last time of what it asks for, or from when the owner got the account: idle from anything that
    was done with the customer, no opportunity from one that was opened or ended, no order from one that was signed.
    """

    IDLE = "idle"
    NO_OPPORTUNITY = "no_opportunity"
    NO_ORDER = "no_order"


AccountClock = Clock[RecycleRule]
AccountPlan = Plan[RecycleRule]
AccountLimits = Limits[RecycleRule]
AccountFallBack = FallBack[RecycleRule]


class Business(Enum):
    """What is open with a customer; of several the first is told."""

    OPPORTUNITY = "opportunity"
    REVIEW = "review"
    PROTECTION = "protection"
    CONTRACT = "contract"
    COLLISION = "collision"


class Done(Enum):
    """What is done with a customer at once."""

    CARE = "care"
    ORDER = "order"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that happened with a customer: from when, and until when; None for what is open."""

    what: Business | Done
    source: UUID
    begin: datetime
    end: datetime | None

    def lasts(self, now: datetime) -> bool:
        """Whether it goes on."""
        return isinstance(self.what, Business) and (self.end is None or self.end > now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """One spell of ownership: its clock, and what is open with the customer so that nothing comes of it.

    A spell that just began is not `fitted`: by which rules it runs is found a moment later, when a sweep meets it.
    """

    clock: AccountClock
    held: Business | None = None
    fitted: bool = True

    @property
    def next_time(self) -> datetime | None:
        """When the sweep has to look at it; None where nothing comes."""
        if not self.fitted:
            return self.clock.start
        coming = self.clock.next_step
        return coming[1] if coming and self.held is None else None

    def step_due(self, now: datetime) -> RecycleStep | None:
        """The step whose time has come."""
        return self.clock.step_due(now) if self.fitted and self.held is None else None


def begun(before: Spell | None, *, owner: UUID | None, now: datetime) -> Spell | None:
    """The spell of whoever gets an account; who has it already gains nothing, and what is nobody's has none."""
    if owner is None:
        return None
    if before is not None and before.clock.owner == owner:
        return before
    return Spell(clock=Clock(owner=owner, start=now, kind="", rules=0, falls=None), fitted=False)


def fitted(
    spell: Spell, happenings: Sequence[Happening], *, kind: str, team: UUID | None, plan: AccountPlan, now: datetime
) -> Spell:
    """The spell as rules, calendars and what happened are now; the same one where nothing differs."""
    clock = replace(
        spell.clock,
        marks=_marks(spell.clock, happenings, team=team, plan=plan, now=now),
        rests=_rests(spell.clock, happenings, team=team, plan=plan, now=now),
    )
    clock = reset_spell(clock, team=team, kind=kind, plan=plan)
    if not spell.fitted:
        clock = replace(clock, rules=plan.version)
    following = Spell(clock=clock, held=open_business(happenings, now=now))
    return spell if following == spell else following


def warned(spell: Spell) -> Spell:
    """The spell after its owner was told of the end there is now."""
    return replace(spell, clock=spell.clock.warned())


def open_business(happenings: Iterable[Happening], *, now: datetime) -> Business | None:
    """What is open with the customer; None for nothing."""
    lasting = {each.what for each in happenings if each.lasts(now)}
    return next((each for each in Business if each in lasting), None)


def _marks(
    clock: AccountClock, happenings: Sequence[Happening], *, team: UUID | None, plan: AccountPlan, now: datetime
) -> tuple[tuple[RecycleRule, Mark], ...]:
    """What happened last that each rule asks for, of the days after the spell began."""
    began, found = plan.day(team, clock.start), []
    for rule in RecycleRule:
        times = [mark for each in happenings for mark in _extending(each, rule) if mark.time <= now]
        last = max(times, key=lambda mark: (mark.time, mark.source), default=None)
        if last is not None and plan.day(team, last.time) > began:
            found.append((rule, last))
    return tuple(found)


def _extending(told: Happening, rule: RecycleRule) -> Iterable[Mark]:
    """The instants of a happening that extend the time of a rule."""
    if rule is RecycleRule.NO_ORDER and told.what is not Done.ORDER:
        return
    if rule is RecycleRule.NO_OPPORTUNITY and told.what is not Business.OPPORTUNITY:
        return
    for time in (told.begin, told.end):
        if time is not None:
            yield Mark(source=told.source, time=time)


def _rests(
    clock: AccountClock, happenings: Sequence[Happening], *, team: UUID | None, plan: AccountPlan, now: datetime
) -> tuple[Rest, ...]:
    """The days on which something was open with the customer since the spell began; those that overlap are one."""
    began = plan.day(team, clock.start)
    told = sorted(
        Rest(begin=max(plan.day(team, each.begin), began), end=plan.day(team, each.end))
        for each in happenings
        if isinstance(each.what, Business) and each.end is not None and not each.lasts(now)
    )
    joined: list[Rest] = []
    for rest in told:
        if joined and rest.begin <= joined[-1].end:
            joined[-1] = Rest(begin=joined[-1].begin, end=max(joined[-1].end, rest.end))
        elif rest.begin < rest.end:
            joined.append(rest)
    return tuple(joined)
