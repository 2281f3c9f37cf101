"""Messages as proto3 JSON with defaults printed, by a plan made once for each type.

The same values as `json_format.MessageToDict(always_print_fields_with_no_presence=True)`, held by a property test;
a list of 50 leads costs a tenth of it.
"""

import base64
import math
import struct
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

Convert = Callable[[Any], Any]

_KINDS = FieldDescriptor
_LONG = frozenset({_KINDS.CPPTYPE_INT64, _KINDS.CPPTYPE_UINT64})
_WELL_KNOWN = "google.protobuf."


@cache
def writer(descriptor: Descriptor) -> Convert:
    """The function that turns a message of the type into a JSON value."""
    if descriptor.full_name == "google.protobuf.Timestamp":
        return _timestamp
    if descriptor.full_name.startswith(_WELL_KNOWN):
        return json_format.MessageToDict
    plan: list[tuple[str, str, bool, Convert | None]] = []

    def write(message: Message) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, json_name, present, convert in plan:
            if present and not message.HasField(name):
                continue
            value = getattr(message, name)
            values[json_name] = value if convert is None else convert(value)
        return values

    # Filled only when first asked for: a message may hold itself.
    plan.extend(_Planned(descriptor))
    return write


class _Planned(list[tuple[str, str, bool, Convert | None]]):
    """The fields of a type in their order, each with how its value is turned."""

    def __init__(self, descriptor: Descriptor) -> None:
        super().__init__((f.name, f.json_name, f.has_presence, _field(f)) for f in descriptor.fields)


def _field(field: FieldDescriptor) -> Convert | None:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return _map(field.message_type)
    convert = _value(field)
    if not field.is_repeated:
        return convert
    if convert is None:
        return list
    return lambda values: [convert(value) for value in values]


def _map(entry: Descriptor) -> Convert:
    convert = _value(entry.fields_by_name["value"])
    boolean = entry.fields_by_name["key"].cpp_type == _KINDS.CPPTYPE_BOOL

    def write(values: Mapping[Any, Any]) -> dict[str, Any]:
        written: dict[str, Any] = {}
        for key, value in sorted(values.items()):
            name = str(key).lower() if boolean else str(key)
            written[name] = value if convert is None else convert(value)
        return written

    return write


def _value(field: FieldDescriptor) -> Convert | None:
    """How one value is turned; None where JSON takes it as it is."""
    if field.message_type is not None:
        nested = field.message_type
        # Looked up at the first call, because the type may be the one being planned.
        return lambda message: writer(nested)(message)  # noqa: PLW0108 - see above
    if field.enum_type is not None:
        names = {number: value.name for number, value in field.enum_type.values_by_number.items()}
        return lambda number: names.get(number, number)
    if field.cpp_type in _LONG:
        return str
    if field.type == _KINDS.TYPE_BYTES:
        return lambda value: base64.b64encode(value).decode("ascii")
    if field.cpp_type == _KINDS.CPPTYPE_DOUBLE:
        return _double
    return _single if field.cpp_type == _KINDS.CPPTYPE_FLOAT else None


def _timestamp(value: Any) -> str:
    return str(value.ToJsonString())


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
