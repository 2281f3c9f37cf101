"""Reading figures: sums over the cells of a cut, as far as the asker sees."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, Table, and_, cast, func, literal, or_, select
from sqlalchemy.types import BigInteger

from chassis.scope import scope
from chassis.work import Read
from services.analytics.domain.questions import Cuts, Dimension, Question, Sum
from services.analytics.storage.metadata import ORGANIZATION
from services.analytics.storage.tables import CONTRACT_FIGURES, LEAD_FIGURES, PIPELINE_FIGURES

PERMISSION = "analytics.read"
SOURCES = {"leads": LEAD_FIGURES, "pipeline": PIPELINE_FIGURES, "contracts": CONTRACT_FIGURES}
_COLLECTIONS = {Dimension.REGION: "regions", Dimension.TEAM: "teams", Dimension.MEMBER: "members"}
_COLUMNS = {Dimension.REGION: "region", Dimension.TEAM: "team", Dimension.MEMBER: "owner"}
_NOBODY = UUID(int=0)


async def sums(
    read: Read, source: str, question: Question, cuts: Cuts, *, measures: Sequence[str], apart: bool = False
) -> list[Sum]:
    """The sums of the measures in each group; with `apart` also by the value of the cut's own side."""
    figures = SOURCES[source]
    groups = [_group(figures, each) for each in question.group_by]
    told = [figures.c.measure, figures.c.currency, *([figures.c.value] if apart else [])]
    statement: Select[Any] = (
        select(
            *(column.label(f"group_{place}") for place, column in enumerate(groups)),
            figures.c.measure,
            figures.c.currency,
            figures.c.value if apart else literal("").label("value"),
            cast(func.sum(figures.c.tally), BigInteger).label("tally"),
            cast(func.sum(figures.c.total), BigInteger).label("total"),
        )
        .where(_within(figures, cuts), figures.c.measure.in_(measures), *_only(figures, question))
        .group_by(*groups, *told)
    )
    statement = scope(statement, figures, principal=read.principal, permission=PERMISSION)
    return [_sum(row, question.group_by) for row in await read.connection.execute(statement)]


def _within(figures: Table, cuts: Cuts) -> ColumnElement[bool]:
    days = [
        and_(figures.c.cut == cut, figures.c.day.between(span.first, span.last))
        for cut, spans in cuts
        for span in spans
    ]
    return or_(*days)


def _group(figures: Table, dimension: Dimension) -> ColumnElement[Any]:
    if dimension is Dimension.MONTH:
        return cast(func.date_trunc("month", figures.c.day), Date)
    return figures.c[_COLUMNS.get(dimension, "value")]


def _only(figures: Table, question: Question) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    for dimension, value in question.only.items():
        if dimension is Dimension.TEAM:
            teams = ORGANIZATION.teams.c
            below = select(teams.uuid).where(teams.path.contains([UUID(value)]))
            conditions.append(or_(figures.c.team == UUID(value), figures.c.team.in_(below)))
        elif dimension in _COLUMNS:
            conditions.append(figures.c[_COLUMNS[dimension]] == UUID(value))
        else:
            conditions.append(figures.c.value == value)
    return conditions


def _sum(row: Any, group_by: Sequence[Dimension]) -> Sum:
    """A row is the values of its group, and then what a sum is made of."""
    told = len(group_by)
    return Sum(tuple(map(_key, group_by, row[:told])), *row[told:])


@lru_cache(maxsize=10_000)
def _key(dimension: Dimension, value: Any) -> str:
    """The name of what a group is of; a month by its first day, nobody by nothing."""
    collection = _COLLECTIONS.get(dimension)
    if collection is None:
        return str(value)
    return "" if value == _NOBODY else f"{collection}/{value}"
