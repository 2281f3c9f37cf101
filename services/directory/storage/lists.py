"""Filters over columns that hold several texts."""

from typing import Any

from sqlalchemy import ColumnElement

from chassis.listing import Field


def any_of(column: ColumnElement[Any]) -> Field:
    """`:` asks whether one of the texts is the value; the value takes the column's type, as the index needs it."""
    return Field(column, str, frozenset(), lambda held, value: held.contains([value]))
