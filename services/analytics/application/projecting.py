"""Facts and figures follow the events: what changed is stored, and the figures move by the difference."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Generic, TypeVar
from uuid import UUID

from services.analytics.domain.cells import Cells, cells_of, merge
from services.analytics.domain.facts import Fact
from services.analytics.storage.joining import JOINED, everything, following
from services.analytics.storage.projections import PROJECTIONS, Connection, Projection, add, keep, stored

F = TypeVar("F", bound=Fact)
E = TypeVar("E")
_MOST_CELLS = 200_000  # some hundred bytes each


@dataclass(frozen=True, slots=True)
class Folded(Generic[F]):
    """Facts as they were, None for new ones, and as they are; each of them once."""

    changes: Sequence[tuple[F | None, F]]


def fold(
    known: Mapping[UUID, F], events: Iterable[E], *, of: Callable[[E], UUID], after: Callable[[F | None, E], F]
) -> Folded[F]:
    """Every fact after its events, which come in the order of their versions."""
    facts: dict[UUID, F] = {}
    for event in events:
        uuid = of(event)
        facts[uuid] = after(facts.get(uuid) or known.get(uuid), event)
    return Folded([(known.get(uuid), fact) for uuid, fact in facts.items()])


async def project(
    connection: Connection, projection: Projection[F], folded: Folded[F], *, zone: tzinfo, summing: bool = True
) -> None:
    """What changed is stored, and the difference it makes is added to the figures, unless they are summed up later.

    So is the difference in what follows from it and other facts of the same customer.
    """
    changed = [(before, fact) for before, fact in folded.changes if before != fact]
    joined = await following(connection, projection, changed) if summing else []
    await keep(connection, projection, [fact for _, fact in changed])
    if summing:
        await add(connection, projection.figures, cells_of([*changed, *joined], zone))


async def sum_up(connection: Connection, *, zone: tzinfo) -> None:
    """The figures of all facts there are, in empty tables: one reading of each, instead of a sum for each event.

    Most cells are met again and again: they are summed up in memory as far as it is meant to go, and written then.
    """
    cells: dict[str, Cells] = {each.figures.name: {} for each in PROJECTIONS}
    sources = [(each.figures, stored(connection, each)) for each in PROJECTIONS]
    for figures, told in [*sources, *((each.figures, everything(connection, each)) for each in JOINED)]:
        so_far = cells[figures.name]
        async for facts in told:
            merge(so_far, cells_of([(None, fact) for fact in facts], zone))
            if len(so_far) > _MOST_CELLS:
                await add(connection, figures, so_far)
                so_far.clear()
    for projection in PROJECTIONS:
        await add(connection, projection.figures, cells.pop(projection.figures.name, {}))
