"""Messages as proto3 JSON with defaults printed, by a plan made once for each type.

The same values as `json_format.MessageToDict(always_print_fields_with_no_presence=True)`, held by a property test;
a list of 50 leads costs a tenth of it.
"""

import base64
import math
import struct
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

Convert = Callable[[Any], Any]

_KINDS = FieldDescriptor
_LONG = frozenset({_KINDS.CPPTYPE_INT64, _KINDS.CPPTYPE_UINT64})
_WELL_KNOWN = "google.protobuf."
_EPOCH = date(1970, 1, 1)


@cache
def writer(descriptor: Descriptor) -> Convert:
    """The function that turns a message of the type into a JSON value."""
    if descriptor.full_name == "google.protobuf.Timestamp":
        return _timestamp
    if descriptor.full_name.startswith(_WELL_KNOWN):
        return json_format.MessageToDict
    plan: list[_Plan] = []

    def write(message: Message) -> dict[str, Any]:
        # Planned only when first asked for: a message may hold itself.
        if not plan:
            plan.append(_Plan(descriptor))
        return plan[0].write(message)

    return write


class _Plan:
    """The fields of a type: those always printed are got in one go, those with presence one by one."""

    def __init__(self, descriptor: Descriptor) -> None:
        always = [field for field in descriptor.fields if not field.has_presence]
        self._get = _getter([field.name for field in always])
        self._names = [field.json_name for field in always]
        turned = [(field.json_name, _field(field)) for field in always]
        self._turned = [(name, convert) for name, convert in turned if convert is not None]
        self._present = [(f.name, f.json_name, _field(f)) for f in descriptor.fields if f.has_presence]

    def write(self, message: Message) -> dict[str, Any]:
        values = dict(zip(self._names, self._get(message), strict=True))
        for name, turn in self._turned:
            values[name] = turn(values[name])
        for field, name, convert in self._present:
            if message.HasField(field):
                value = getattr(message, field)
                values[name] = value if convert is None else convert(value)
        return values


def _getter(names: Sequence[str]) -> Callable[[Any], Sequence[Any]]:
    """All the attributes of those names at once."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda message: [getattr(message, name) for name in names]


def _field(field: FieldDescriptor) -> Convert | None:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return _map(field.message_type)
    convert = _value(field)
    if not field.is_repeated:
        return convert
    if convert is None:
        return list
    return lambda values: [convert(value) for value in values] if values else []


def _map(entry: Descriptor) -> Convert:
    convert = _value(entry.fields_by_name["value"])
    boolean = entry.fields_by_name["key"].cpp_type == _KINDS.CPPTYPE_BOOL

    def write(values: Mapping[Any, Any]) -> dict[str, Any]:
        if not values:
            return {}
        written: dict[str, Any] = {}
        for key, value in sorted(values.items()):
            name = str(key).lower() if boolean else str(key)
            written[name] = value if convert is None else convert(value)
        return written

    return write


def _value(field: FieldDescriptor) -> Convert | None:
    """How one value is turned; None where JSON takes it as it is."""
    if field.message_type is not None:
        return writer(field.message_type)
    if field.enum_type is not None:
        return _Names({number: value.name for number, value in field.enum_type.values_by_number.items()}).__getitem__
    if field.cpp_type in _LONG:
        return str
    if field.type == _KINDS.TYPE_BYTES:
        return lambda value: base64.b64encode(value).decode("ascii")
    if field.cpp_type == _KINDS.CPPTYPE_DOUBLE:
        return _double
    return _single if field.cpp_type == _KINDS.CPPTYPE_FLOAT else None


class _Names(dict[int, Any]):
    """The names of an enumeration; a number without a name, from a newer contract, stands for itself."""

    def __missing__(self, number: int) -> int:
        return number


def _timestamp(value: Any) -> str:
    return _instant(value.seconds, value.nanos)


@lru_cache(maxsize=4096)
def _instant(seconds: int, nanos: int) -> str:
    """RFC 3339 with 0, 3, 6 or 9 digits behind the second, as proto3 JSON has it."""
    days, second = divmod(seconds, 86_400)
    minute, second = divmod(second, 60)
    whole = f"{_day(days)}T{minute // 60:02}:{minute % 60:02}:{second:02}"
    if not nanos:
        return f"{whole}Z"
    return f"{whole}.{f'{nanos:09d}'.removesuffix('000').removesuffix('000')}Z"


@lru_cache(maxsize=1024)
def _day(days: int) -> str:
    """The date so many days after the beginning of 1970."""
    return (_EPOCH + timedelta(days=days)).isoformat()


def _double(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _single(value: float) -> float | str:
    """The shortest number that is the same 32-bit float."""
    for digits in range(6, 9):
        short = float(f"{value:.{digits}g}") if math.isfinite(value) else value
        if math.isfinite(short) and abs(short) < 3.4e38 and struct.unpack("f", struct.pack("f", short))[0] == value:  # noqa: PLR2004 - the largest 32-bit float
            return short
    return _double(value)
