"""From the values of a record to a vector of numbers, the same in learning and in use."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Value = float | int | bool | str | None
Row = Mapping[str, Value]
Vector = list[float]

MISSING = math.nan
_FEWEST = 10  # records that a value needs to be told apart from the others
_MOST_VALUES = 25
_FARTHEST = 4.0  # deviations from the mean beyond which the line looks no further


@dataclass(frozen=True, slots=True)
class Number:
    """A measured feature (数值): its own column, and one that says whether it is missing, if it ever is.

    `mean` and `deviation` are those of its signed logarithm: money and counts span decades.
    """

    name: str
    mean: float
    deviation: float
    may_miss: bool

    @property
    def width(self) -> int:
        """How many columns it has."""
        return 2 if self.may_miss else 1

    def columns(self, value: Value) -> Vector:
        """The value as trees read it."""
        number = as_number(value)
        return [number, float(math.isnan(number))] if self.may_miss else [number]

    def scaled(self, columns: Sequence[float]) -> Vector:
        """The columns as a straight line reads them: comparable in size, the mean where the value is missing."""
        number = columns[0]
        if math.isnan(number):
            return [0.0, *columns[1:]]
        away = (signed_log(number) - self.mean) / self.deviation
        return [max(-_FARTHEST, min(_FARTHEST, away)), *columns[1:]]


@dataclass(frozen=True, slots=True)
class Choice:
    """A feature with named values (类别): a column for each value that is common enough; all others are alike."""

    name: str
    values: tuple[str, ...]

    @property
    def width(self) -> int:
        """How many columns it has."""
        return len(self.values)

    def columns(self, value: Value) -> Vector:
        """1 in the column of the value."""
        word = as_word(value)
        return [float(word == each) for each in self.values]

    def scaled(self, columns: Sequence[float]) -> Vector:
        """As they are: each is 0 or 1."""
        return list(columns)


Feature = Number | Choice


@dataclass(frozen=True, slots=True)
class Encoding:
    """The features of a record in a fixed order."""

    features: tuple[Feature, ...]

    def encode(self, row: Row) -> Vector:
        """The columns of a record; what it lacks is missing, what nobody learnt from is left out."""
        return [column for each in self.features for column in each.columns(row.get(each.name))]

    def scaled(self, vector: Vector) -> Vector:
        """The same record as a straight line reads it."""
        place, found = 0, []
        for each in self.features:
            found += each.scaled(vector[place : place + each.width])
            place += each.width
        return found

    def owners(self) -> list[str]:
        """Which feature each column belongs to."""
        return [each.name for each in self.features for _ in range(each.width)]

    def to_mapping(self) -> list[dict[str, Any]]:
        """Plain data for JSON."""
        return [
            {"number": each.name, "mean": each.mean, "deviation": each.deviation, "may_miss": each.may_miss}
            if isinstance(each, Number)
            else {"choice": each.name, "values": list(each.values)}
            for each in self.features
        ]

    @classmethod
    def from_mapping(cls, data: Iterable[Mapping[str, Any]]) -> "Encoding":
        """From plain data, as `to_mapping` gives it."""
        return cls(
            tuple(
                Number(each["number"], each["mean"], each["deviation"], each["may_miss"])
                if "number" in each
                else Choice(each["choice"], tuple(each["values"]))
                for each in data
            )
        )


def find_encoding(rows: Sequence[Row], *, without: frozenset[str] = frozenset()) -> Encoding:
    """What the records vary in, by name; what never varies, or names each record apart, tells nothing."""
    names = sorted({name for row in rows for name in row} - without)
    found = (_feature(name, [row.get(name) for row in rows]) for name in names)
    return Encoding(tuple(each for each in found if each is not None))


def as_number(value: Value) -> float:
    """A number, or `MISSING` for what is none."""
    if value is None or value == "":
        return MISSING
    try:
        number = float(value)
    except ValueError:
        return MISSING
    return number if math.isfinite(number) else MISSING


def as_word(value: Value) -> str:
    """A value as a name; nothing is the empty one."""
    return "" if value is None else str(value).strip()


def signed_log(number: float) -> float:
    """The logarithm of one more than the size, with the sign of the number."""
    return math.copysign(math.log1p(abs(number)), number)


def _feature(name: str, values: Sequence[Value]) -> Feature | None:
    said = [value for value in values if value is not None and value != ""]
    measured = all(not math.isnan(as_number(value)) for value in said)
    return _number(name, values) if measured else _choice(name, values)


def _number(name: str, values: Sequence[Value]) -> Number | None:
    known = [number for number in map(as_number, values) if not math.isnan(number)]
    misses = len(values) - len(known)
    if len(known) < _FEWEST or (len(set(known)) == 1 and not misses):
        return None
    logs = [signed_log(number) for number in known]
    mean = math.fsum(logs) / len(logs)
    deviation = math.sqrt(math.fsum((each - mean) ** 2 for each in logs) / len(logs))
    return Number(name, mean, deviation or 1.0, may_miss=misses > 0)


def _choice(name: str, values: Sequence[Value]) -> Choice | None:
    counted = Counter(map(as_word, values))
    fewest = max(_FEWEST, len(values) // 400)
    common = [word for word, count in counted.most_common(_MOST_VALUES) if fewest <= count < len(values)]
    return Choice(name, tuple(sorted(common))) if common else None
