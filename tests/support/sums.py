"""The figures held against what they are the sums of."""

from collections.abc import Mapping, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.analytics.domain.cells import Cells, cells_of
from services.analytics.domain.facts import Fact
from services.analytics.storage import projections
from services.analytics.storage.joining import JOINED
from services.analytics.storage.tables import CONTRACT_FIGURES, LEAD_FIGURES, PIPELINE_FIGURES

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIGURES: tuple[Table, ...] = (LEAD_FIGURES, PIPELINE_FIGURES, CONTRACT_FIGURES)


async def recomputed(connection: AsyncConnection, figures: Table) -> Cells:
    """The cells as they follow from the facts that lie there, without anything that was added before."""
    pairs: list[tuple[Fact | None, Fact]] = []
    for projection in projections.PROJECTIONS:
        if projection.figures is figures:
            rows = (await connection.execute(select(projection.table))).mappings()
            pairs += [(None, projections.fact_of(projection, dict(row))) for row in rows]
    pairs += [(None, fact) for fact in await _following(connection, figures)]
    return cells_of(pairs, SHANGHAI)


async def _following(connection: AsyncConnection, figures: Table) -> Sequence[Fact]:
    """What follows from all facts of each customer: read by themselves, one customer at a time."""
    found: list[Fact] = []
    for joined in JOINED:
        if joined.figures is figures:
            by_customer: dict[UUID, list[Fact]] = {}
            for part in joined.parts:
                for row in (await connection.execute(select(part.projection.table))).mappings():
                    fact = projections.fact_of(part.projection, dict(row))
                    by_customer.setdefault(row[part.customer], []).append(fact)
            found += [each for facts in by_customer.values() for each in joined.follows(facts)]
    return found


async def stored(connection: AsyncConnection, figures: Table) -> Cells:
    """The cells as they lie there."""
    rows = (await connection.execute(select(figures))).all()
    return {
        (row.cut, row.day, row.measure, f"{row.owner}/{row.team}/{row.region}", row.value, row.currency): (
            row.tally,
            row.total,
        )
        for row in rows
    }


async def wrong_sums(engine: AsyncEngine) -> Mapping[str, int]:
    """How many cells of each table of figures are not the sums of their facts; one moment of the database."""
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="REPEATABLE READ")
        found = {}
        for figures in FIGURES:
            right, there = await recomputed(connection, figures), await stored(connection, figures)
            found[figures.name] = len(set(right.items()) ^ set(there.items()))
    return {name: count for name, count in found.items() if count}
