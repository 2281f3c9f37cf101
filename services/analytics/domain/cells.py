"""Where points are summed up: in cells, a few for each point, along the cuts by which questions are asked.

By person a month and a day, by region a month, by team and channel, campaign or industry a month. A question about
everybody reads regions, one about a person or a team reads persons, one by channel reads teams; so it reads about as
much whether there are ten thousand opportunities or ten million. Each cut more would make each event dearer: by person
and channel at once nothing is kept.
"""

from collections.abc import Iterable, Iterator
from datetime import date, tzinfo
from functools import lru_cache
from uuid import UUID

from services.analytics.domain.facts import NOBODY, ContractFact, Fact, SourcedFact, StageVisitFact
from services.analytics.domain.points import DAYS, WHOLE, Points, points_of

PERSON_MONTH, PERSON_DAY, REGION_MONTH = "person/month", "person/day", "region/month"
# By month, and apart by how long stays took or why something was lost.
PERSON_STAYS, PERSON_LOSSES, REGION_LOSSES = "person/stays", "person/losses", "region/losses"
# By month, and apart by what is kept for teams only.
TEAM_CUTS = {side: f"team/{side}" for side in ("channel", "campaign", "industry")}

# cut, first day, measure, whose (owner/team/region), value of the side, currency
CellKey = tuple[str, date, str, str, str, str]
Cells = dict[CellKey, tuple[int, int]]


def cells_of(changes: Iterable[tuple[Fact | None, Fact]], zone: tzinfo) -> Cells:
    """What changes of facts add to the cells and take from them; a cell in which nothing changes is left out."""
    cells: Cells = {}
    for before, after in _apart(changes):
        new = points_of(after, zone)
        if before is None:
            _put(cells, after, new, 1)
            continue
        old = points_of(before, zone)
        if _standing(before) == _standing(after):
            _put(cells, after, _difference(old, new), 1)
        else:
            _put(cells, before, old, -1)
            _put(cells, after, new, 1)
    return {key: added for key, added in cells.items() if added != (0, 0)}


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


def _put(cells: Cells, fact: Fact, points: Points, sign: int) -> None:
    person, team, region = _whose(fact.owner, fact.team, fact.region)
    currency = getattr(fact, "currency", "")
    sides = _sides(fact)
    stay = isinstance(fact, StageVisitFact)
    for (measure, day, side, value), (count, total) in points.items():
        month = day.replace(day=1)
        if side == WHOLE:
            keys = [(PERSON_MONTH, month, measure, person, "", currency)]
            keys.append((REGION_MONTH, month, measure, region, "", currency))
            if not stay:
                keys.append((PERSON_DAY, day, measure, person, "", currency))
            keys += [(cut, month, measure, team, told, currency) for cut, told in sides]
        elif side == DAYS:
            keys = [(PERSON_STAYS, month, measure, person, value, "")]
        else:
            keys = [
                (PERSON_LOSSES, month, measure, person, value, currency),
                (REGION_LOSSES, month, measure, region, value, currency),
            ]
        for key in keys:
            so_far = cells.get(key, (0, 0))
            cells[key] = (so_far[0] + sign * count, so_far[1] + sign * total)


def _sides(fact: Fact) -> list[tuple[str, str]]:
    """From which sides it can be seen; what it does not tell is a value too, so that every side sums up to all."""
    if not isinstance(fact, SourcedFact):
        return []
    told = (("channel", fact.channel), ("campaign", fact.campaign), ("industry", fact.industry))
    return [(TEAM_CUTS[side], value) for side, value in told]


def _standing(fact: Fact) -> tuple[object, ...]:
    """Where all points of a fact lie: if that changes, all of them move."""
    return fact.owner, fact.team, fact.region, getattr(fact, "currency", ""), _sides(fact)


@lru_cache(maxsize=100_000)
def _whose(owner: UUID, team: UUID, region: UUID) -> tuple[str, str, str]:
    """The person with team and region, the team with its region, the region."""
    return f"{owner}/{team}/{region}", f"{NOBODY}/{team}/{region}", f"{NOBODY}/{NOBODY}/{region}"
