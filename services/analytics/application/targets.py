"""Setting targets, and how far they have come (A-05)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from decimal import Decimal
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.organization import Snapshot
from chassis.principal import Scope
from chassis.work import Read, UnitOfWork
from kernel.errors import StaleVersion
from services.analytics.application.figures import ended_terms
from services.analytics.domain.figures import Ratio, Tallies, altogether
from services.analytics.domain.questions import Dimension, Period, Question, Sum
from services.analytics.domain.targets import (
    MILLION,
    MONEY,
    RATES,
    Kpi,
    Subject,
    Target,
    TargetSubjectUnknown,
    Value,
    parent_of,
    set_target,
    together,
)
from services.analytics.storage import targets
from services.analytics.storage.figures import PERMISSION, sums
from services.analytics.storage.targets import TARGET_RECORD

# Of each: where the figures lie, what is counted, and by what it is divided.
_SOURCES: Mapping[Kpi, tuple[tuple[str, str], ...]] = {
    Kpi.LEADS: (("leads", "leads"),),
    Kpi.ORDERS: (("contracts", "orders"),),
    Kpi.SIGNED: (("contracts", "orders"),),
    Kpi.RECEIVED: (("contracts", "received"),),
    Kpi.ORDER_RATE: (("contracts", "orders"), ("pipeline", "opportunities")),
    Kpi.RETENTION: (("contracts", "terms_renewed"), ("contracts", "terms_ended")),
}
_WHOSE = (Dimension.REGION, Dimension.TEAM, Dimension.MEMBER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A target with what there is of it, what was to be there by now, and what the targets below bring together."""

    target: Target
    parent: UUID | None
    actual: Value | None
    ratio: Ratio | None
    attained: Ratio
    expected: Decimal
    below: Value | None


def subject_of(name: str, organization: Snapshot) -> Subject:
    """Whose target it is, by the resource's name; nothing is the company. Raises TargetSubjectUnknown."""
    collection, _, identity = name.partition("/")
    uuid = UUID(identity) if identity else None
    if uuid is None:
        return Subject()
    if collection == "members" and (member := organization.members.get(uuid)):
        above = organization.teams.get(member.team) if member.team else None
        region = member.region or (above.region if above else None)
        return Subject(name=name, owner=uuid, team=member.team, region=region)
    if collection == "teams" and (team := organization.teams.get(uuid)):
        return Subject(name=name, team=uuid, region=team.region)
    if collection == "regions" and uuid in organization.regions:
        return Subject(name=name, region=uuid)
    raise TargetSubjectUnknown(subject=name)


async def create_target(
    work: UnitOfWork, *, year: int, kpi: Kpi, subject: Subject, value: Value, month_percents: tuple[int, ...]
) -> Target:
    """A target is set for a year; of each kind one for everybody. Raises TargetValueWrong, TargetSeasonsWrong."""
    change = set_target(
        uuid=work.new_id(),
        year=year,
        kpi=kpi,
        subject=subject,
        value=value,
        month_percents=month_percents,
        now=work.now,
    )
    return work.save(TARGET_RECORD, change)


async def update_target(
    work: UnitOfWork, *, uuid: UUID, seen: int, value: Value | None, month_percents: tuple[int, ...] | None
) -> Target:
    """A target is set anew, also in the middle of its year. Raises TargetNotFound, StaleVersion, TargetValueWrong."""
    target = await targets.get_target(work, uuid)
    if target.version != seen:
        raise StaleVersion(resource=f"targets/{uuid}")
    change = target.changed(
        value=target.value if value is None else value,
        month_percents=target.month_percents if month_percents is None else month_percents,
        now=work.now,
    )
    return work.save(TARGET_RECORD, change) if change.events else target


async def get_target(read: Read, *, uuid: UUID) -> Target:
    """A target shows itself to whom it is about, and to those above. Raises TargetNotFound."""
    return await targets.get_target(read, uuid)


async def list_targets(read: Read, *, wanted: PageRequest) -> Page[Target]:
    """Targets are listed, the newest first."""
    return await targets.list_targets(read, wanted)


async def target_progress(
    read: Read, *, year: int, kpi: Kpi, organization: Snapshot, zone: tzinfo
) -> Sequence[Progress]:
    """Every target of a year for one thing, with its figures and what those below it bring together."""
    found = await targets.targets_of(read, year=year, kpi=kpi)
    question = Question(period=Period(date(year, 1, 1), date(year, 12, 31)), group_by=_WHOSE)
    cuts = question.cuts(everybody=read.principal.scope_of(PERMISSION) is Scope.ALL, own=False)
    today = read.now.astimezone(zone).date()
    figures: list[Sum] = []
    if kpi is Kpi.RETENTION:
        figures += await ended_terms(read, question, today=today)
    else:
        for source, measure in _SOURCES[kpi]:
            figures += await sums(read, source, question, cuts, measures=(measure,))
    parents = {each.uuid: parent_of(each, found, _above(each, organization)) for each in found}
    return [
        _progress(
            target,
            parent=parents[target.uuid],
            children=[each for each in found if (above := parents[each.uuid]) and above.uuid == target.uuid],
            tallies=altogether(_of(target.subject, figures, organization)),
            today=today,
        )
        for target in found
    ]


def _progress(
    target: Target, *, parent: Target | None, children: Iterable[Target], tallies: Tallies, today: date
) -> Progress:
    kpi, value = target.kpi, target.value
    measures = [measure for _, measure in _SOURCES[kpi]]
    ratio = Ratio(*(tallies.count(each) for each in measures)) if kpi in RATES else None
    actual = _actual(target, tallies, measures[0], ratio)
    return Progress(
        target=target,
        parent=parent.uuid if parent else None,
        actual=actual,
        ratio=ratio,
        attained=Ratio(actual.number if actual else 0, value.number if actual else 0),
        expected=Decimal(1) if kpi in RATES else target.share_by(today),
        below=together(kpi, [each.value for each in children]),
    )


def _actual(target: Target, tallies: Tallies, measure: str, ratio: Ratio | None) -> Value | None:
    """What there is of it; None for a rate of nothing."""
    if ratio is not None:
        rate = ratio.value
        return None if rate is None else Value(number=int(rate * MILLION), weight=ratio.denominator)
    if target.kpi in MONEY:
        currency = target.value.currency
        return Value(number=tallies.amounts(measure).get(currency, 0), currency=currency)
    return Value(number=tallies.count(measure))


def _of(subject: Subject, figures: Iterable[Sum], organization: Snapshot) -> Iterable[Sum]:
    """The figures of a person, of a team with those below it, of a region, or of everybody."""
    collection = subject.name.partition("/")[0]
    if collection == "regions":
        return [each for each in figures if each.group[0] == subject.name]
    if collection == "members":
        return [each for each in figures if each.group[2] == subject.name]
    if collection == "teams":
        teams = {f"teams/{uuid}" for uuid, team in organization.teams.items() if subject.team in team.path}
        return [each for each in figures if each.group[1] in {subject.name, *teams}]
    return figures


def _above(target: Target, organization: Snapshot) -> Sequence[UUID]:
    """The teams above, the nearest first; of a person his own is the nearest."""
    subject = target.subject
    team = organization.teams.get(subject.team) if subject.team else None
    path = list(team.path) if team else [subject.team] if subject.team else []
    return [each for each in reversed(path) if each is not None and (subject.owner or each != subject.team)]
