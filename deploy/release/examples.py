"""Examples of a message made from its descriptor alone, the same bytes on every machine."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast
from uuid import NAMESPACE_URL, uuid5

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp
from millrace.events.v1.event_head_pb2 import EventHead

_SECONDS = 1_767_225_600  # 2026-01-01T00:00:00Z
_LARGEST = 2**31 - 1
_KINDS = FieldDescriptor
_SCALARS: Mapping[int, Any] = {
    _KINDS.TYPE_BOOL: True,
    _KINDS.TYPE_INT32: _LARGEST,
    _KINDS.TYPE_SINT32: _LARGEST,
    _KINDS.TYPE_UINT32: _LARGEST,
    _KINDS.TYPE_INT64: 2**53 - 1,
    _KINDS.TYPE_SINT64: 2**53 - 1,
    _KINDS.TYPE_UINT64: 2**53 - 1,
    _KINDS.TYPE_FLOAT: 0.5,
    _KINDS.TYPE_DOUBLE: 0.5,
    _KINDS.TYPE_BYTES: b"\x00\xff",
}


def minimal(event: Descriptor) -> bytes:
    """The event with nothing but its head."""
    example: Any = GetMessageClass(event)()
    example.head.CopyFrom(_head(event))
    return _written(example)


def maximal(event: Descriptor) -> bytes:
    """The event with every field filled: two items in every list, the highest value of every enumeration."""
    example: Any = _filled(event)
    example.head.CopyFrom(_head(event))
    return _written(example)


def identifier(event: Descriptor, field: str = "") -> str:
    """A UUID that depends on the names only."""
    return str(uuid5(NAMESPACE_URL, f"{event.full_name}/{field}"))


def _head(event: Descriptor) -> Message:
    head: Any = _filled(EventHead.DESCRIPTOR)
    head.id, head.version = identifier(event, "id"), 1
    return cast("Message", head)


def _written(message: Message) -> bytes:
    return message.SerializeToString(deterministic=True)


def _filled(descriptor: Descriptor) -> Message:
    known = _WELL_KNOWN.get(descriptor.full_name)
    if known is not None:
        return known()
    message = GetMessageClass(descriptor)()
    for field in _chosen(descriptor):
        _fill(message, field)
    return message


def _chosen(descriptor: Descriptor) -> Iterator[FieldDescriptor]:
    """Every field; of a choice its last member."""
    for field in descriptor.fields:
        choice = field.containing_oneof
        if choice is None or field is choice.fields[-1]:
            yield field


def _fill(message: Any, field: FieldDescriptor) -> None:
    kind = field.message_type
    if kind is not None and kind.GetOptions().map_entry:
        _fill_map(getattr(message, field.name), kind)
    elif field.is_repeated:
        getattr(message, field.name).extend([_value(field)] * 2)
    elif kind is not None:
        getattr(message, field.name).CopyFrom(_value(field))
    else:
        setattr(message, field.name, _value(field))


def _fill_map(target: Any, entry: Descriptor) -> None:
    key, value = (entry.fields_by_name[name] for name in ("key", "value"))
    if value.message_type is not None:
        target[_value(key)].CopyFrom(_value(value))
    else:
        target[_value(key)] = _value(value)


def _value(field: FieldDescriptor) -> Any:
    if field.message_type is not None:
        return _filled(field.message_type)
    if field.enum_type is not None:
        return _highest(field.enum_type)
    if field.type == _KINDS.TYPE_STRING and field.containing_type is not None:
        # Reads as a text and as a reference: consumers look for an id behind the slash.
        return f"{field.name}/{identifier(field.containing_type, field.name)}"
    return _SCALARS[field.type]


def _highest(enumeration: EnumDescriptor) -> int:
    return max(value.number for value in enumeration.values)


def _struct() -> Message:
    struct = Struct()
    struct.update({"text": "渠成", "number": 0.5, "list": [True, None], "object": {"key": "value"}})
    return struct


_WELL_KNOWN: Mapping[str, Callable[[], Message]] = {
    Struct.DESCRIPTOR.full_name: _struct,
    Timestamp.DESCRIPTOR.full_name: lambda: Timestamp(seconds=_SECONDS),
}
