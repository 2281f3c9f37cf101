"""Whether objects and lists stand where the contract has them, told before the JSON is read any further.

The JSON reader of Protobuf takes a text for a list of its letters and a list for an object without fields.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from gateway.refusals import FieldNotList, FieldNotObject

_WELL_KNOWN = "google.protobuf."
_EXAMPLES = {
    "google.type.Money": '{"currencyCode": "CNY", "units": "500000"}',
    "google.type.Date": '{"year": 2026, "month": 9, "day": 1}',
}


def check_shape(message: Any, values: Mapping[str, Any], path: str = "") -> None:
    """Raise FieldNotObject or FieldNotList for the first value of another shape than its field."""
    for name, value in values.items():
        field = _field(message, name)
        if field is None or value is None:
            continue
        place = f"{path}.{name}" if path else name
        if field.is_repeated and not _is_map(field):
            if not isinstance(value, list):
                raise FieldNotList(field=place)
            _check_each(field, value, place)
        else:
            _check_each(field, [value], place)


def field_at(message: Any, path: Iterable[str]) -> FieldDescriptor | None:
    """The field at a path of JSON names."""
    found: FieldDescriptor | None = None
    inside: Any = message
    for name in path:
        found = None if inside is None else _field(inside, name)
        inside = None if found is None else found.message_type
    return found


def is_instant(field: FieldDescriptor | None) -> bool:
    """Whether the field holds an instant."""
    return field is not None and field.message_type is not None and field.message_type.name == "Timestamp"


def _check_each(field: FieldDescriptor, values: Iterable[Any], place: str) -> None:
    kind = field.message_type
    if kind is None or kind.full_name.startswith(_WELL_KNOWN):
        return
    for value in values:
        if not isinstance(value, dict):
            raise FieldNotObject(field=place, example=_example(field))
        if not _is_map(field):
            check_shape(kind, value, place)


def _example(field: FieldDescriptor) -> str:
    if _is_map(field):
        return '{"…": …}'
    kind: Any = field.message_type
    return _EXAMPLES.get(kind.full_name, f'{{"{kind.fields[0].json_name}": …}}')


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def _field(message: Any, name: str) -> FieldDescriptor | None:
    found: FieldDescriptor | None = message.fields_by_camelcase_name.get(name) or message.fields_by_name.get(name)
    return found
