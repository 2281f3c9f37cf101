"""Reading figures: sums over the cells of a cut, as far as the asker sees."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, FromClause, Select, Table, and_, cast, func, literal, or_, select, true
from sqlalchemy.types import BigInteger

from chassis.scope import scope
from chassis.work import Read
from services.analytics.domain.cells import BETWEEN
from services.analytics.domain.questions import Cuts, Dimension, Question, Sum
from services.analytics.storage.metadata import ORGANIZATION
from services.analytics.storage.tables import (
    CONTRACT_FACTS,
    CONTRACT_FIGURES,
    LEAD_FIGURES,
    MEMBER_FACTS,
    PIPELINE_FIGURES,
)

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
    value, own = _values(figures, both=apart and question.side is not None)
    groups = [_group(figures, each, value) for each in question.group_by]
    told = [figures.c.measure, figures.c.currency, *([own] if apart else [])]
    statement: Select[Any] = (
        select(
            *(column.label(f"group_{place}") for place, column in enumerate(groups)),
            figures.c.measure,
            figures.c.currency,
            own.label("value") if apart else literal("").label("value"),
            cast(func.sum(figures.c.tally), BigInteger).label("tally"),
            cast(func.sum(figures.c.total), BigInteger).label("total"),
        )
        .where(_within(figures, cuts), figures.c.measure.in_(measures), *_only(figures, question, value))
        .group_by(*groups, *told)
    )
    statement = scope(statement, figures, principal=read.principal, permission=PERMISSION)
    return [_sum(row, question.group_by) for row in await read.connection.execute(statement)]


async def ramp_ups(read: Read, question: Question) -> list[Sum]:
    """Of those who joined in the period: the days until each signed first, of whoever he was then in each group.

    As many look-ups as people joined, whatever number of contracts there are.
    """
    contracts, members = CONTRACT_FACTS.c, MEMBER_FACTS.c
    first = (
        select(contracts.owner, contracts.team, contracts.region, contracts.signed)
        .where(contracts.owner == members.uuid, contracts.signed.is_not(None))
        .order_by(contracts.signed, contracts.uuid)
        .limit(1)
        .lateral("first_order")
    )
    groups = [_group(first, each, literal("")) for each in question.group_by]
    days = func.greatest(first.c.signed - members.joined, 0)
    statement: Select[Any] = (
        select(
            *(column.label(f"group_{place}") for place, column in enumerate(groups)),
            literal("ramped_up"),
            literal("").label("currency"),
            literal("").label("value"),
            func.count().label("tally"),
            cast(func.sum(days), BigInteger).label("total"),
        )
        .select_from(MEMBER_FACTS.join(first, true()))
        .where(members.joined.between(question.period.start, question.period.end), *_only(first, question, literal("")))
        .group_by(*groups)
        .having(func.count() > 0)
    )
    statement = scope(statement, first, principal=read.principal, permission=PERMISSION)
    return [_sum(row, question.group_by) for row in await read.connection.execute(statement)]


def _within(figures: Table, cuts: Cuts) -> ColumnElement[bool]:
    days = [
        and_(figures.c.cut == cut, figures.c.day.between(span.first, span.last))
        for cut, spans in cuts
        for span in spans
    ]
    return or_(*days)


def _values(figures: Table, *, both: bool) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """The value of the side that is asked for, and the one that is told apart: where `both`, this one stands before."""
    value = figures.c.value
    if not both:
        return value, value
    return func.substr(value, func.strpos(value, BETWEEN) + 1), func.split_part(value, BETWEEN, 1)


def _group(figures: FromClause, dimension: Dimension, value: ColumnElement[Any]) -> ColumnElement[Any]:
    if dimension is Dimension.MONTH:
        return cast(func.date_trunc("month", figures.c.day), Date)
    return figures.c[_COLUMNS[dimension]] if dimension in _COLUMNS else value


def _only(figures: FromClause, question: Question, value: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    for dimension, wanted in question.only.items():
        if dimension is Dimension.TEAM:
            teams = ORGANIZATION.teams.c
            below = select(teams.uuid).where(teams.path.contains([UUID(wanted)]))
            conditions.append(or_(figures.c.team == UUID(wanted), figures.c.team.in_(below)))
        elif dimension in _COLUMNS:
            conditions.append(figures.c[_COLUMNS[dimension]] == UUID(wanted))
        else:
            conditions.append(value == wanted)
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
