"""Where points are summed up: in cells, a few for each point, along the cuts by which questions are asked.

By person a month and a day, by region a month, by team and channel, campaign, industry … a month. A question about
everybody reads regions, one about a person or a team reads persons, one by channel reads teams; so it reads about as
much whether there are ten thousand opportunities or ten million. Each cut more would make each event dearer: by person
and channel at once nothing is kept.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, tzinfo
from functools import lru_cache
from uuid import UUID

from services.analytics.domain.facts import (
    NOBODY,
    ContractFact,
    Fact,
    LeadFact,
    OpportunityFact,
    SourcedFact,
    StageVisitFact,
)
from services.analytics.domain.points import DAYS, REASONS, WHOLE, Points, points_of

PERSON_MONTH, PERSON_DAY, REGION_MONTH = "person/month", "person/day", "region/month"
# By month, and apart by how long stays took, or by why something was lost or won and what was done before.
PERSON_STAYS, PERSON_REASONS, REGION_REASONS = "person/stays", "person/reasons", "region/reasons"
# By month, and apart by what is kept for teams only.
_SIDES = ("channel", "campaign", "industry", "product", "tag", "tier", "lifecycle")
TEAM_CUTS = {side: f"team/{side}" for side in _SIDES}
# The same apart by why something was lost or won: the reason stands before the value of the side.
SIDE_REASONS = {cut: f"{cut}/reasons" for cut in TEAM_CUTS.values()}
BETWEEN = "\x1f"

_NONE = ("",)

# cut, first day, measure, whose (owner/team/region), value of the side, currency
CellKey = tuple[str, date, str, str, str, str]
Cells = dict[CellKey, tuple[int, int]]
# The cells of one cut, owner, value and currency by measure and first day: a fact finds its few lanes once, and its
# points then have a short way to each.
_Lane = dict[tuple[str, date], tuple[int, int]]
_Lanes = defaultdict[tuple[str, str, str, str], _Lane]


def cells_of(changes: Iterable[tuple[Fact | None, Fact]], zone: tzinfo) -> Cells:
    """What changes of facts add to the cells and take from them; a cell in which nothing changes is left out."""
    lanes: _Lanes = defaultdict(dict)
    for before, after in _apart(changes):
        new = points_of(after, zone)
        if before is None:
            _put(lanes, after, new, 1)
            continue
        old = points_of(before, zone)
        if _standing(before) == _standing(after):
            _put(lanes, after, _difference(old, new), 1)
        else:
            _put(lanes, before, old, -1)
            _put(lanes, after, new, 1)
    return {
        (cut, day, measure, whose, value, currency): added
        for (cut, whose, value, currency), lane in lanes.items()
        for (measure, day), added in lane.items()
        if added != (0, 0)
    }


def merge(cells: Cells, more: Cells) -> None:
    """Add to cells what others hold; a cell in which nothing is left is left out."""
    for key, (count, total) in more.items():
        had = cells.get(key, (0, 0))
        added = (had[0] + count, had[1] + total)
        if added == (0, 0):
            del cells[key]
        else:
            cells[key] = added


def _apart(changes: Iterable[tuple[Fact | None, Fact]]) -> Iterator[tuple[Fact | None, Fact]]:
    """A contract is two things: the order of whoever signed it, and the term of whoever looks after it."""
    for before, after in changes:
        yield before, after
        if isinstance(after, ContractFact):
            yield before.term if isinstance(before, ContractFact) else None, after.term


def _difference(old: Points, new: Points) -> Points:
    points: Points = {}
    for point, (count, total) in new.items():
        had = old.get(point, (0, 0))
        if had != (count, total):
            points[point] = (count - had[0], total - had[1])
    for point, (count, total) in old.items():
        if point not in new:
            points[point] = (-count, -total)
    return points


def _put(lanes: _Lanes, fact: Fact, points: Points, sign: int) -> None:
    person, team, region = _whose(fact.owner, fact.team, fact.region)
    currency = getattr(fact, "currency", "")
    months = [lanes[PERSON_MONTH, person, "", currency], lanes[REGION_MONTH, region, "", currency]]
    sides = _sides(fact)
    months += [lanes[cut, team, told, currency] for cut, told in sides]
    days = [] if isinstance(fact, StageVisitFact) else [lanes[PERSON_DAY, person, "", currency]]
    for (measure, day, side, value), point in points.items():
        added = (sign * point[0], sign * point[1])
        month = (measure, _month(day))
        if side == WHOLE:
            _add(months, month, added)
            _add(days, (measure, day), added)
        elif side == DAYS:
            _add([lanes[PERSON_STAYS, person, value, ""]], month, added)
        else:
            both = [lanes[PERSON_REASONS, person, value, currency], lanes[REGION_REASONS, region, value, currency]]
            if measure in REASONS:
                both += [lanes[SIDE_REASONS[cut], team, value + BETWEEN + told, currency] for cut, told in sides]
            _add(both, month, added)


def _add(lanes: Sequence[_Lane], place: tuple[str, date], added: tuple[int, int]) -> None:
    count, total = added
    for lane in lanes:
        had = lane.get(place)
        lane[place] = added if had is None else (had[0] + count, had[1] + total)


@lru_cache(maxsize=10_000)
def _month(day: date) -> date:
    return day.replace(day=1)


def _sides(fact: Fact) -> list[tuple[str, str]]:
    """From which sides it can be seen; what it does not tell is a value too, and of what has several it has each."""
    if not isinstance(fact, SourcedFact):
        return []
    told = [("channel", fact.channel), ("campaign", fact.campaign), ("industry", fact.industry)]
    if isinstance(fact, LeadFact):
        # What people note of a lead are words of their own, which no event tells.
        told += [("tag", tag) for tag in _NONE]
    if isinstance(fact, OpportunityFact):
        told += [("tag", tag) for tag in fact.tags or _NONE]
        told += [("tier", fact.tier), ("lifecycle", fact.lifecycle)]
        told += [("product", product) for product in fact.products or _NONE]
    return [(TEAM_CUTS[side], value) for side, value in told]


def _standing(fact: Fact) -> tuple[object, ...]:
    """Where all points of a fact lie: if that changes, all of them move."""
    return fact.owner, fact.team, fact.region, getattr(fact, "currency", ""), _sides(fact)


@lru_cache(maxsize=100_000)
def _whose(owner: UUID, team: UUID, region: UUID) -> tuple[str, str, str]:
    """The person with team and region, the team with its region, the region."""
    return f"{owner}/{team}/{region}", f"{NOBODY}/{team}/{region}", f"{NOBODY}/{NOBODY}/{region}"
