"""Filters that differ in their values only are of one shape, and planned once."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Boolean, Column, Date, DateTime, Integer, MetaData, Table, Text, Uuid, select
from sqlalchemy.dialects.postgresql import asyncpg

from chassis.listing import Field, FilterInvalid, day, instant, number, reference, text, truth
from chassis.listing.fields import shape_of, to_sql
from chassis.listing.filters import Comparison, Condition, parse_filter
from chassis.texts import Texts

THINGS = Table(
    "things",
    MetaData(),
    Column("account", Uuid),
    Column("name", Text),
    Column("size", Integer),
    Column("open", Boolean),
)
FIELDS = {
    "account": reference(THINGS.c.account, "accounts"),
    "name": text(THINGS.c.name),
    "size": number(THINGS.c.size),
    "open": truth(THINGS.c.open),
}
ONE, OTHER = UUID(int=1), UUID(int=2)


def test_filters_with_other_values_have_one_shape() -> None:
    one, values = shape_of(_parsed(f'account = "accounts/{ONE}" AND size > 3'), FIELDS)
    other, others = shape_of(_parsed(f'account = "accounts/{OTHER}" AND size > 4'), FIELDS)
    assert one == other
    assert (values, others) == ({"value_0": ONE, "value_1": 3}, {"value_0": OTHER, "value_1": 4})


def test_what_changes_the_condition_is_part_of_its_shape() -> None:
    told = (
        "open = true",
        "open = false",
        "size = 3",
        "size != 3",
        'name : "a"',
        'name : "b"',
        "name:*",
        "NOT size = 3",
    )
    assert len({shape_of(_parsed(each), FIELDS)[0] for each in told}) == len(told)


@pytest.mark.parametrize(
    "told",
    [
        f'account = "accounts/{ONE}" AND (size > 3 OR NOT size = 1) AND open = true AND name != "x"',
        'name : "a%" AND name:* AND name = "accounts"',
        "size:* OR size <= 0",
    ],
)
def test_a_shape_is_the_same_sql(told: str) -> None:
    condition = _parsed(told)
    shape, values = shape_of(condition, FIELDS)
    assert _compiled(condition, {}) == _compiled(shape, values)


@pytest.mark.parametrize("told", ["size = many", 'account = "teams/x"', "other = 1", "size : 3", "open > true"])
def test_what_is_refused_is_refused_with_a_shape(told: str) -> None:
    with pytest.raises(FilterInvalid) as refusal:
        to_sql(_parsed(told), FIELDS)
    with pytest.raises(FilterInvalid) as refused:
        to_sql(shape_of(_parsed(told), FIELDS)[0], FIELDS)
    assert refused.value.near == refusal.value.near


def _parsed(told: str) -> Condition:
    condition = parse_filter(told)
    assert condition is not None
    return condition


def _compiled(condition: Condition, values: Mapping[str, object]) -> tuple[str, list[object]]:
    """The SQL and its parameters in order."""
    statement = select(THINGS).where(to_sql(condition, FIELDS))
    compiled: Any = statement.compile(dialect=asyncpg.dialect())  # type: ignore[no-untyped-call]  # untyped in SQLAlchemy
    return compiled.string, [(compiled.params | values)[name] for name in compiled.positiontup]


@pytest.mark.parametrize(
    ("field", "words"),
    [
        (day(Column("due_date", Date)), "日期请写成 2026-03-02"),
        (instant(Column("create_time", DateTime(timezone=True))), "时间请写成 2026-03-02T09:00:00+08:00"),
    ],
)
def test_a_day_or_an_instant_written_otherwise_is_refused_with_its_form(field: Field, words: str) -> None:
    with pytest.raises(FilterInvalid) as refused:
        field.holds(Comparison("due", "<", "02.03.2026"))
    assert Texts().render(refused.value.reason, refused.value.metadata(), "zh").endswith(words)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("other = 1", "；可用字段：account, name, open, size"),
        ("open = perhaps", "；可用值：true, false"),
        ("open > true", "；可用比较：!=, ="),
        ("name > x", "；可用比较：!=, :, ="),
        ("account = 云帆", "；应为资源名，写成 accounts/{uuid}"),
    ],
)
def test_a_refused_filter_says_what_there_is(told: str, words: str) -> None:
    with pytest.raises(FilterInvalid) as refused:
        to_sql(_parsed(told), FIELDS)
    assert Texts().render(refused.value.reason, refused.value.metadata(), "zh").endswith(words)
