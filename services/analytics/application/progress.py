"""How far the targets of a year have come, why they are missed, and what could be done about it (A-05)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from chassis.organization import Snapshot
from chassis.principal import Scope
from chassis.work import Read
from services.analytics.application.figures import ended_terms
from services.analytics.domain.figures import Ratio, Tallies
from services.analytics.domain.gaps import Cause, Level, Reason, reasons
from services.analytics.domain.proposals import Proposal, proposals
from services.analytics.domain.questions import Dimension, Period, Question, Sum
from services.analytics.domain.targets import MILLION, MONEY, RATES, Kpi, Target, Value, by_subject, parent_of, together
from services.analytics.storage import targets
from services.analytics.storage.figures import PERMISSION, sums

_LEADS, _ORDERS = ("leads", "leads"), ("contracts", "orders")
_OPPORTUNITIES, _RECEIVED = ("pipeline", "opportunities"), ("contracts", "received")
# What is read of each: where it lies and what is counted.
_SOURCES: Mapping[Kpi, tuple[tuple[str, str], ...]] = {
    Kpi.LEADS: (_LEADS,),
    Kpi.ORDERS: (_LEADS, _ORDERS, _OPPORTUNITIES),
    Kpi.SIGNED: (_LEADS, _ORDERS, _OPPORTUNITIES),
    Kpi.RECEIVED: (_LEADS, _ORDERS, _OPPORTUNITIES, _RECEIVED),
    Kpi.ORDER_RATE: (_ORDERS, _OPPORTUNITIES),
}
_RATIOS: Mapping[Kpi, tuple[str, str]] = {
    Kpi.ORDER_RATE: ("orders", "opportunities"),
    Kpi.RETENTION: ("terms_renewed", "terms_ended"),
}
# What leads to what is counted, the first first.
_WAYS: Mapping[Kpi, tuple[Kpi, ...]] = {
    Kpi.LEADS: (Kpi.LEADS,),
    Kpi.ORDERS: (Kpi.LEADS, Kpi.ORDERS),
    Kpi.SIGNED: (Kpi.LEADS, Kpi.ORDERS, Kpi.SIGNED),
    Kpi.RECEIVED: (Kpi.LEADS, Kpi.ORDERS, Kpi.SIGNED, Kpi.RECEIVED),
}
_CAUSES: Mapping[Kpi, Cause] = {
    Kpi.LEADS: Cause.LEADS,
    Kpi.ORDERS: Cause.CONVERSION,
    Kpi.SIGNED: Cause.AMOUNT,
    Kpi.RECEIVED: Cause.COLLECTION,
    Kpi.ORDER_RATE: Cause.CONVERSION,
    Kpi.RETENTION: Cause.RETENTION,
}
_WHOSE = (Dimension.REGION, Dimension.TEAM, Dimension.MEMBER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A target with what there is of it, what was to be there by now, and what the targets below bring together.

    `gap` is what there is less what was to be there by now; the reasons add up to it.
    """

    target: Target
    parent: UUID | None
    actual: Value | None
    ratio: Ratio | None
    attained: Ratio
    expected: Decimal
    below: Value | None
    gap: Value | None
    reasons: Sequence[Reason]
    proposals: Sequence[Proposal]


@dataclass(frozen=True, slots=True)
class _Year:
    """What is known of a year: the figures of every subject, and all its targets on the way."""

    today: date
    found: Mapping[str, Tallies]
    plans: Mapping[tuple[Kpi, str, str], Target]

    def of(self, target: Target) -> Tallies:
        return self.found.get(target.subject.name, _NONE)

    def planned(self, kpi: Kpi, target: Target) -> Fraction | None:
        """What was to be there by today of something on the way; None where no target of the same subject says so."""
        currency = target.value.currency if kpi in MONEY else ""
        plan = self.plans.get((kpi, target.subject.name, currency))
        return None if plan is None else _by_now(plan, self.today)


_NONE = Tallies()


async def target_progress(
    read: Read, *, year: int, kpi: Kpi, organization: Snapshot, zone: tzinfo
) -> Sequence[Progress]:
    """Every target of a year for one thing, with its figures and what those below it bring together."""
    plans = await targets.targets_of(read, year=year, kpis=_WAYS.get(kpi, (kpi,)))
    wanted = [each for each in plans if each.kpi is kpi]
    today = read.now.astimezone(zone).date()
    figures = await _figures(read, year=year, kpi=kpi, today=today)
    known = _Year(
        today=today,
        found=_by_whom(figures, organization),
        plans={(each.kpi, each.subject.name, each.value.currency): each for each in plans},
    )
    named = by_subject(wanted)
    parents = {each.uuid: parent_of(each, named, _above(each, organization)) for each in wanted}
    below: dict[UUID, list[Value]] = {}
    for each in wanted:
        if (parent := parents[each.uuid]) is not None:
            below.setdefault(parent.uuid, []).append(each.value)
    return [_progress(each, parents[each.uuid], below.get(each.uuid, ()), known) for each in wanted]


async def _figures(read: Read, *, year: int, kpi: Kpi, today: date) -> list[Sum]:
    question = Question(period=Period(date(year, 1, 1), date(year, 12, 31)), group_by=_WHOSE)
    if kpi is Kpi.RETENTION:
        return await ended_terms(read, question, today=today)
    cuts = question.cuts(everybody=read.principal.scope_of(PERMISSION) is Scope.ALL, own=False)
    found: list[Sum] = []
    for source, measure in _SOURCES[kpi]:
        found += await sums(read, source, question, cuts, measures=(measure,))
    return found


def _by_whom(figures: Iterable[Sum], organization: Snapshot) -> Mapping[str, Tallies]:
    """The figures of everybody, of each region, team with those below it, and person; each sum is taken up once."""
    found: dict[str, Tallies] = {"": Tallies()}
    for each in figures:
        region, team, member = each.group
        known = organization.teams.get(UUID(team.partition("/")[2])) if team else None
        teams = {team, *(f"teams/{uuid}" for uuid in known.path)} if known else {team}
        for name in {"", region, member, *teams}:
            found.setdefault(name, Tallies()).take(each)
    return found


def _progress(target: Target, parent: Target | None, below: Sequence[Value], known: _Year) -> Progress:
    kpi, value, tallies = target.kpi, target.value, known.of(target)
    ratio = Ratio(*(tallies.count(each) for each in _RATIOS[kpi])) if kpi in RATES else None
    actual = _actual(target, tallies, ratio)
    expected = Decimal(1) if kpi in RATES else target.share_by(known.today)
    levels = _levels(target, actual, known) if actual is not None and expected else []
    gap = None if actual is None else actual.number - int(_by_now(target, known.today))
    return Progress(
        target=target,
        parent=parent.uuid if parent else None,
        actual=actual,
        ratio=ratio,
        attained=Ratio(actual.number if actual else 0, value.number if actual else 0),
        expected=expected,
        below=together(kpi, below),
        gap=None if gap is None else Value(number=gap, currency=value.currency),
        reasons=reasons(levels) if levels else [],
        proposals=proposals(target.subject.name, kpi, known.found),
    )


def _actual(target: Target, tallies: Tallies, ratio: Ratio | None) -> Value | None:
    """What there is of it; None for a rate of nothing."""
    if ratio is not None:
        rate = ratio.value
        return None if rate is None else Value(number=int(rate * MILLION), weight=ratio.denominator)
    currency = target.value.currency
    return Value(number=_count(target.kpi, tallies, currency), currency=currency)


def _levels(target: Target, actual: Value, known: _Year) -> Sequence[Level]:
    """The way to what the target counts, with what was planned of each step by today.

    Where no target says so: as many leads as there are, and of the rest what everybody makes of the step before.
    """
    last = Fraction(int(_by_now(target, known.today)))
    if target.kpi in RATES:
        return [Level(_CAUSES[target.kpi], actual.number, last)]
    currency, own, everybody = target.value.currency, known.of(target), known.found[""]
    levels: list[Level] = []
    before: tuple[Kpi, Fraction] | None = None
    for kpi in _WAYS[target.kpi][:-1]:
        there = _count(kpi, own, currency)
        planned = known.planned(kpi, target)
        if planned is None:
            planned = Fraction(there) if before is None else _usual(kpi, before, everybody, currency)
        levels.append(Level(_CAUSES[kpi], there, planned))
        before = (kpi, planned) if planned else before
    return [*levels, Level(_CAUSES[target.kpi], actual.number, last)]


def _usual(kpi: Kpi, before: tuple[Kpi, Fraction], everybody: Tallies, currency: str) -> Fraction | None:
    of, planned = before
    basis = _count(of, everybody, currency)
    return planned * Fraction(_count(kpi, everybody, currency), basis) if basis else None


def _count(kpi: Kpi, tallies: Tallies, currency: str) -> int:
    if kpi in MONEY:
        return tallies.amounts("received" if kpi is Kpi.RECEIVED else "orders").get(currency, 0)
    return tallies.count("leads" if kpi is Kpi.LEADS else "orders")


def _by_now(target: Target, today: date) -> Fraction:
    share = Fraction(1) if target.kpi in RATES else Fraction(target.share_by(today))
    return target.value.number * share


def _above(target: Target, organization: Snapshot) -> Sequence[UUID]:
    """The teams above, the nearest first; of a person his own is the nearest."""
    subject = target.subject
    team = organization.teams.get(subject.team) if subject.team else None
    path = list(team.path) if team else [subject.team] if subject.team else []
    return [each for each in reversed(path) if each is not None and (subject.owner or each != subject.team)]
