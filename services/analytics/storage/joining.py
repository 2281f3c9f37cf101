"""Facts that follow from several others of one customer: read together, and paired as they were and as they are."""

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Table

from chassis.database import driver
from services.analytics.domain.customers import orders_of, worked_of
from services.analytics.domain.facts import NOBODY, Fact
from services.analytics.storage import tables
from services.analytics.storage.projections import (
    CONTRACTS,
    HOLDINGS,
    OPPORTUNITIES,
    Connection,
    Projection,
    facts_where,
)

Changes = Sequence[tuple[Fact | None, Fact]]
_AT_ONCE = 2000  # customers


@dataclass(frozen=True, slots=True)
class Part:
    """Facts of a customer: which, the column that names him, and what of them anything follows from."""

    projection: Projection[Any]
    customer: str
    telling: tuple[str, ...]

    def told(self, fact: Fact) -> tuple[object, ...]:
        """What anything follows from: facts that tell the same change nothing."""
        return tuple(getattr(fact, name) for name in (self.customer, *self.telling))


@dataclass(frozen=True, slots=True)
class Joined:
    """What follows from the parts of one customer together, and where its points are summed up: as those of the parts.

    A customer without any fact of the first part has none of what follows.
    """

    parts: tuple[Part, ...]
    figures: Table
    follows: Callable[[Iterable[Any]], Sequence[Fact]]


_WHOSE = ("owner", "team", "region")
ORDERS = Joined((Part(CONTRACTS, "account", (*_WHOSE, "signed", "ends")),), tables.CONTRACT_FIGURES, orders_of)
WORK = Joined(
    (
        Part(HOLDINGS, "uuid", (*_WHOSE, "since", "until")),
        Part(OPPORTUNITIES, "account", ("counts", "created", "closed")),
    ),
    tables.PIPELINE_FIGURES,
    worked_of,
)
JOINED = (ORDERS, WORK)


async def following(connection: Connection, projection: Projection[Any], changes: Changes) -> Changes:
    """What follows from changes of facts that are not stored yet, as it was and as it will be."""
    found: list[tuple[Fact | None, Fact]] = []
    for joined in JOINED:
        part = next((each for each in joined.parts if each.projection is projection), None)
        if part is not None and (telling := [pair for pair in changes if _tells(part, *pair)]):
            found += await _moved(connection, joined, part, telling)
    return found


async def everything(connection: Connection, joined: Joined) -> AsyncIterator[Sequence[Fact]]:
    """All that follows from the facts there are, of some thousand customers at a time."""
    first = joined.parts[0]
    name = first.customer
    text = f"select distinct {name} from {first.projection.table.name} where {name} > $1 order by {name} limit $2"  # noqa: S608 - names of our tables
    last = NOBODY
    while rows := await driver(connection).fetch(text, last, _AT_ONCE):
        customers = [row[0] for row in rows]
        last = customers[-1]
        stored = await _stored(connection, joined, customers)
        yield [fact for facts in stored.values() for fact in joined.follows(facts.values())]


def _tells(part: Part, before: Fact | None, after: Fact) -> bool:
    return before is None or part.told(before) != part.told(after)


async def _moved(connection: Connection, joined: Joined, part: Part, changes: Changes) -> Changes:
    """Every customer's facts as they lie there, and with those that changed in their place."""
    customers = {getattr(fact, part.customer) for pair in changes for fact in pair if fact is not None}
    stored = await _stored(connection, joined, customers - {NOBODY})
    before = _by_identity(fact for facts in stored.values() for fact in joined.follows(facts.values()))
    for old, new in changes:
        if old is not None and (known := stored.get(getattr(old, part.customer))) is not None:
            known.pop(_identity(old), None)
        # What is nobody's any more is told as such, so that nothing of it stays where it was.
        stored.setdefault(getattr(new, part.customer), {})[_identity(new)] = new
    after = _by_identity(fact for facts in stored.values() for fact in joined.follows(facts.values()))
    return [(before.get(identity), fact) for identity, fact in after.items()]


_Identity = tuple[type[Fact], UUID, int]


async def _stored(
    connection: Connection, joined: Joined, customers: Collection[UUID]
) -> dict[UUID, dict[_Identity, Fact]]:
    stored: dict[UUID, dict[_Identity, Fact]] = {}
    for part in joined.parts:
        for fact in await facts_where(connection, part.projection, part.customer, customers):
            stored.setdefault(getattr(fact, part.customer), {})[_identity(fact)] = fact
    return stored


def _by_identity(facts: Iterable[Fact]) -> Mapping[_Identity, Fact]:
    return {_identity(fact): fact for fact in facts}


def _identity(fact: Fact) -> _Identity:
    """An aggregate is one fact, a holding one of several of its customer."""
    return type(fact), fact.uuid, getattr(fact, "spell", 0)
