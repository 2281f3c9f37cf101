"""What a list can be filtered by: a field of the contract, its column, and how its values are read."""

import operator
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import isfinite
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, DateTime, Text, and_, bindparam, cast, func, or_, true
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.listing.filters import Comparison, Condition, Junction, Negation, Place
from chassis.listing.refusals import FilterInvalid

_EQUAL: frozenset[str] = frozenset({"=", "!="})
_ORDERED: frozenset[str] = _EQUAL | {"<", "<=", ">", ">="}
_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_PRESENT = "*"
# Values whose form is easily mistaken, and what their form is called in the refusal.
_FORMS: Mapping[type[Any], str] = {Date: "day", DateTime: "instant"}


def _is_there(column: ColumnElement[Any]) -> ColumnElement[bool]:
    return column.is_not(None)


def _is_more_than(nothing: object) -> Callable[[ColumnElement[Any]], ColumnElement[bool]]:
    """A column that holds `nothing` where nothing was said has a value when it holds anything else."""
    return lambda column: and_(column.is_not(None), column != nothing)


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `read` turns a filter's text into the column's value or raises ValueError or KeyError.

    `has` is what `:` asks of a value, `filled` what `:*` asks: whether the field has a value at all. `choices` are all
    values there are, where the list is closed; `form` is how a value is written that names a resource.
    """

    column: ColumnElement[Any]
    read: Callable[[str], Any]
    signs: frozenset[str]
    has: Callable[[ColumnElement[Any], Any], ColumnElement[bool]] | None = None
    filled: Callable[[ColumnElement[Any]], ColumnElement[bool]] = _is_there
    choices: tuple[str, ...] = ()
    form: str = ""

    def holds(self, comparison: Comparison) -> ColumnElement[bool]:
        """The comparison in SQL; raises FilterInvalid."""
        if isinstance(comparison.value, Place):
            return self._compared(comparison.sign, bindparam(comparison.value.name, type_=self.column.type))
        if comparison.sign == ":" and comparison.value == _PRESENT:
            return self.filled(self.column)
        value = self._value(comparison.value)
        if comparison.sign == ":" and self.has is not None:
            return self.has(self.column, value)
        if comparison.sign not in self.signs:
            signs = self.signs if self.has is None else self.signs | {":"}
            near = f"{comparison.field} {comparison.sign}"
            raise FilterInvalid(near=near, hint="signs", choices=listed(sorted(signs)))
        return self._compared(comparison.sign, value)

    def apart(self, comparison: Comparison) -> object | None:
        """The value where the comparison's SQL is the same for any other, else None; raises FilterInvalid."""
        if isinstance(comparison.value, Place) or comparison.sign not in self.signs:
            return None
        value: object = self._value(comparison.value)
        return value if isinstance(value, (str, int, UUID, date)) and not isinstance(value, bool) else None

    def _value(self, told: str) -> Any:
        try:
            return self.read(told)
        except (ValueError, KeyError):
            if self.form:
                raise FilterInvalid(near=told, hint="name", choices=self.form) from None
            hint = "values" if self.choices else _FORMS.get(type(self.column.type), "")
            raise FilterInvalid(near=told, hint=hint, choices=listed(self.choices)) from None

    def _compared(self, sign: str, value: Any) -> ColumnElement[bool]:
        if sign == "!=":
            return self.column.is_distinct_from(value)
        answer: ColumnElement[bool] = _COMPARE[sign](self.column, value)
        return answer


def choice(column: ColumnElement[Any], values: Mapping[str, Any]) -> Field:
    """One of a closed list: the name on the wire → the stored value."""
    unsaid = [value for name, value in values.items() if not value or name.endswith("_UNSPECIFIED")]
    return Field(
        column,
        values.__getitem__,
        _EQUAL,
        filled=lambda column: and_(column.is_not(None), *(column != each for each in unsaid)),
        choices=tuple(name for name, value in values.items() if value not in unsaid),
    )


def number(column: ColumnElement[Any]) -> Field:
    """A whole number; zero is none."""
    return Field(column, _whole, _ORDERED, filled=_is_more_than(0))


def fraction(column: ColumnElement[Any]) -> Field:
    """A number with a point; null is none."""
    return Field(column, _finite, _ORDERED)


def instant(column: ColumnElement[Any]) -> Field:
    """An instant (RFC 3339); one without a zone is UTC."""
    return Field(column, _instant, _ORDERED)


def day(column: ColumnElement[Any]) -> Field:
    """A business day, written 2026-03-02."""
    return Field(column, date.fromisoformat, _ORDERED)


def reference(column: ColumnElement[Any], collection: str) -> Field:
    """A resource name of the collection."""

    def read(value: str) -> UUID:
        if not value.startswith(f"{collection}/"):
            raise ValueError(value)
        return UUID(value.rpartition("/")[2])

    return Field(column, read, _EQUAL, form=f"{collection}/{{uuid}}")


def text(column: ColumnElement[Any]) -> Field:
    """A text; `:` finds it anywhere inside, whatever the case."""
    return text_found(column, lambda column, value: column.icontains(value, autoescape=True))


def text_found(column: ColumnElement[Any], has: Callable[[ColumnElement[Any], Any], ColumnElement[bool]]) -> Field:
    """A text that `:` finds in a way of its own."""
    return Field(column, str, _EQUAL, has, _is_more_than(""))


def coded(column: ColumnElement[Any], *, code: Callable[[str], str], called: Callable[[str], Collection[str]]) -> Field:
    """A text that people call otherwise than it is stored: `code` is its stored form, `called` those that `:` finds."""

    def has(column: ColumnElement[Any], value: str) -> ColumnElement[bool]:
        return or_(column.icontains(value, autoescape=True), *(column == each for each in sorted(called(value))))

    return Field(column, code, _EQUAL, has, _is_more_than(""))


def texts(column: ColumnElement[Any], *, read: Callable[[str], str] = str) -> Field:
    """A list of texts; `:` asks whether one of them is the value, as it is read."""
    # The cast: the driver sends texts as varchar[], which PostgreSQL compares with no text[].
    return Field(
        column,
        read,
        frozenset(),
        has=lambda column, value: column.contains(cast([value], ARRAY(Text))),
        filled=lambda column: func.coalesce(func.cardinality(column), 0) > 0,
    )


def truth(column: ColumnElement[Any]) -> Field:
    """True or false."""
    values = {"true": True, "false": False}
    return Field(column, values.__getitem__, _EQUAL, choices=tuple(values))


def listed(names: Iterable[str]) -> str:
    """Names as a refusal lists them."""
    return ", ".join(names)


def to_sql(condition: Condition, fields: Mapping[str, Field]) -> ColumnElement[bool]:
    """The condition in SQL; raises FilterInvalid for a field that is not declared or a value that cannot be."""
    if isinstance(condition, Junction):
        join = and_ if condition.word == "AND" else or_
        return join(*(to_sql(part, fields) for part in condition.parts))
    if isinstance(condition, Negation):
        # A comparison with a column that is null is neither true nor false in SQL; its opposite holds all the same.
        return to_sql(condition.part, fields).is_not(true())
    field = fields.get(condition.field)
    if field is None:
        raise FilterInvalid(near=condition.field, hint="fields", choices=listed(sorted(fields)))
    return field.holds(condition)


def shape_of(condition: Condition, fields: Mapping[str, Field]) -> tuple[Condition, Mapping[str, object]]:
    """The condition with places for its values, and the values by place; raises FilterInvalid.

    Conditions of the same shape are the same SQL.
    """
    values: dict[str, object] = {}
    return _shaped(condition, fields, values), values


def _shaped(condition: Condition, fields: Mapping[str, Field], values: dict[str, object]) -> Condition:
    if isinstance(condition, Junction):
        return Junction(condition.word, tuple(_shaped(part, fields, values) for part in condition.parts))
    if isinstance(condition, Negation):
        return Negation(_shaped(condition.part, fields, values))
    field = fields.get(condition.field)
    value = None if field is None else field.apart(condition)
    if value is None:
        return condition
    place = Place(f"value_{len(values)}")
    values[place.name] = value
    return Comparison(condition.field, condition.sign, place)


def _whole(value: str) -> int:
    read = int(value)
    if not -(2**31) <= read < 2**31:
        raise ValueError(value)
    return read


def _finite(value: str) -> float:
    read = float(value)
    if not isfinite(read):
        raise ValueError(value)
    return read


def _instant(value: str) -> datetime:
    read = datetime.fromisoformat(value)
    try:
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except OverflowError as error:  # the last day of year 9999, west of Greenwich
        raise ValueError(value) from error
