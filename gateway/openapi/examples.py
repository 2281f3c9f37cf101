"""Examples of whole messages: what the contract names, else what a field of that name usually holds.

A body that can be sent as it stands says more than its schema. Each example holds to the rules of its contract, which a
test proves by reading every one of them as the door would.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from buf.validate import validate_pb2
from google.api import field_behavior_pb2, resource_pb2
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from chassis.wire import FIXED, SERVICE_OWNED

Json = Any

ID = "0198c1f2-5b1a-7c3e-9d4f-2a6b8c0d1e2f"
_WELL_KNOWN: Mapping[str, Json] = {
    "google.protobuf.Timestamp": "2026-03-02T01:30:00Z",
    "google.protobuf.Duration": "3600s",
    "google.protobuf.Struct": {},
    "google.protobuf.Empty": {},
    "google.type.Date": {"year": 2026, "month": 3, "day": 2},
    "google.type.Money": {"currencyCode": "CNY", "units": "128000"},
}
_DECIMAL, _FRACTION = "google.type.Decimal", "0.15"  # nearly every number of this kind is a fraction
_DEEPEST = 4
# One name, or one within another: "^opportunities/[0-9a-f-]{36}/evidence/[0-9a-f-]{36}$".
_RESOURCE = re.compile(r"\^\(?(?P<name>\w+/\[0-9a-f-\]\{36\}(?:/\w+/\[0-9a-f-\]\{36\})*)")
_UUID = "[0-9a-f-]{36}"
_INTEGERS = frozenset({FieldDescriptor.CPPTYPE_INT64, FieldDescriptor.CPPTYPE_UINT64})
# What a caller rarely says, and what an example would mislead him to say.
_UNTOLD = frozenset({"request_id", "update_mask", "page_token"})
# What a lead may name and every installation has others of: an example with them would be refused wherever it is sent.
_ELSEWHERE = frozenset(f"millrace.leads.v1.Lead.{name}" for name in ("channel", "campaign", "region"))


def request_example(message: Descriptor) -> dict[str, Json]:
    """A body to send: what the server owns is left out."""
    return _Teller(SERVICE_OWNED, _UNTOLD | _ELSEWHERE).message(message)


def creation_example(resource: Descriptor) -> dict[str, Json]:
    """A new resource to send, which has no version yet."""
    return _Teller(SERVICE_OWNED, _UNTOLD | _ELSEWHERE | {"etag"}).message(resource)


def update_example(resource: Descriptor) -> dict[str, Json]:
    """What to change of a resource: what stays as it was created is left out."""
    return _Teller(FIXED, _UNTOLD | _ELSEWHERE).message(resource)


def answer_example(message: Descriptor) -> dict[str, Json]:
    """An answer with everything in it."""
    return _Teller(frozenset(), frozenset()).message(message)


def query_example(field: FieldDescriptor) -> Json:
    """What a field of the query may hold."""
    return _Teller(frozenset(), frozenset()).field(field)


def text_example(field: FieldDescriptor) -> str | None:
    """What a text field may hold: the contract's own example, a name of its collection, or the field's usual words."""
    string = _rules_of(field).string
    if string.example:
        return str(string.example[0])
    named = _RESOURCE.match(string.pattern)
    if named:
        return named["name"].replace(_UUID, ID)
    if field.full_name in _words():
        return str(_words()[field.full_name]) or None
    if field.name == "name" and field.containing_type is not None:
        own = field.containing_type.GetOptions().Extensions[resource_pb2.resource]
        if own.pattern:
            return re.sub(r"\{\w+\}", ID, own.pattern[0])
    usual = _usual(field)
    return None if usual is None else str(usual)


class _Teller:
    """Writes an example of a message, field by field."""

    def __init__(self, hidden: frozenset[int], untold: frozenset[str]) -> None:
        self._hidden = hidden
        self._untold = untold

    def message(self, message: Descriptor, above: tuple[str, ...] = ()) -> dict[str, Json]:
        above = (*above, message.full_name)
        chosen = {oneof.fields[0].name for oneof in message.oneofs}
        told: dict[str, Json] = {}
        for field in message.fields:
            if field.containing_oneof is not None and field.name not in chosen:
                continue
            value = None if self._hides(field) else self.field(field, above)
            if value is not None:
                told[field.json_name] = value
        return told

    def _hides(self, field: FieldDescriptor) -> bool:
        behaviours = field.GetOptions().Extensions[field_behavior_pb2.field_behavior]
        return not self._untold.isdisjoint({field.name, field.full_name}) or any(
            each in self._hidden for each in behaviours
        )

    def field(self, field: FieldDescriptor, above: tuple[str, ...] = ()) -> Json:
        kind = field.message_type
        if kind is not None and kind.GetOptions().map_entry:
            return self._map(field, above)
        value = self._value(field, above)
        return [value] if field.is_repeated and value is not None else value

    def _map(self, field: FieldDescriptor, above: tuple[str, ...]) -> Json:
        key = _words().get(f"{field.full_name}.key")
        entry: Any = field.message_type
        value = self._value(entry.fields_by_name["value"], above)
        return None if key is None or value is None else {key: value}

    def _value(self, field: FieldDescriptor, above: tuple[str, ...]) -> Json:
        kind = field.message_type
        if kind is not None:
            if kind.full_name == _DECIMAL:
                return {"value": _usual(field) or _FRACTION}
            if kind.full_name in _WELL_KNOWN or kind.full_name.startswith("google."):
                return _WELL_KNOWN.get(kind.full_name)
            return None if kind.full_name in above or len(above) > _DEEPEST else self.message(kind, above)
        if field.enum_type is not None:
            return _enum(field.enum_type)
        if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
            return text_example(field)
        return _number(field)


def _enum(enum: EnumDescriptor) -> str:
    """The first value that says something."""
    return str(next((value.name for value in enum.values if value.number), enum.values[0].name))


def _number(field: FieldDescriptor) -> Json:
    """The field's usual number, or the least its rules allow; a wish only where the call is nothing without it."""
    usual = _usual(field)
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return usual if usual is True else None
    number = _least(field) if usual is None else usual
    return str(number) if field.cpp_type in _INTEGERS else number


def _least(field: FieldDescriptor) -> int:
    rules = _rules_of(field)
    kind = rules.WhichOneof("type")
    limits = getattr(rules, kind) if kind else None
    least = getattr(limits, "gte", 0) or (getattr(limits, "gt", 0) + 1 if limits is not None else 1)
    return max(1, int(least))


def _rules_of(field: FieldDescriptor) -> Any:
    """What the contract says of one value of the field."""
    rules: Any = field.GetOptions().Extensions[validate_pb2.field]
    return rules.repeated.items if field.is_repeated else rules


def _usual(field: FieldDescriptor) -> Json:
    """What stands in fields of the name, or in this one; nothing where that is a text without a character."""
    words = _words()
    return words.get(field.full_name, words.get(field.name)) or None


@cache
def _words() -> Mapping[str, Json]:
    """Field name, or full name where the name alone does not tell → what stands there."""
    table: dict[str, Json] = tomllib.loads(files("gateway.openapi").joinpath("examples.toml").read_text("utf-8"))
    return table
