"""What to say of a field that is not there, and of a value that does not fit its field: with what would be right."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from google.api import field_behavior_pb2
from google.protobuf.descriptor import FieldDescriptor

from chassis.wire import SERVICE_OWNED
from gateway.refusals import FieldNotInstant, FieldOfOtherKind, FieldUnknown
from gateway.transcoding.json_shape import field_at, is_instant
from kernel.errors import InvalidField, Refusal

_NEAR = 3
_MOST = 20
_NOTHING = "—"
_KINDS: Mapping[int, str] = {
    FieldDescriptor.CPPTYPE_BOOL: "truth",
    FieldDescriptor.CPPTYPE_DOUBLE: "number",
    FieldDescriptor.CPPTYPE_FLOAT: "number",
    FieldDescriptor.CPPTYPE_INT32: "integer",
    FieldDescriptor.CPPTYPE_INT64: "integer",
    FieldDescriptor.CPPTYPE_STRING: "text",
    FieldDescriptor.CPPTYPE_UINT32: "integer",
    FieldDescriptor.CPPTYPE_UINT64: "integer",
}


def unknown_field(path: str, inside: Any) -> FieldUnknown:
    """A field that the message does not have, with those of a like name, else with all there are."""
    names = sorted(each.json_name for each in inside.fields if not _is_told_only(each)) if inside is not None else []
    near = get_close_matches(path.rpartition(".")[2], names, n=_NEAR) or names[:_MOST]
    return FieldUnknown(field=path, known=", ".join(near) or _NOTHING)


def wrong_value(message: Any, path: Sequence[str]) -> Refusal:
    """A value that its field cannot hold; InvalidField where the reader of JSON does not say which field it is."""
    name, field = ".".join(path), field_at(message, path)
    if field is None:
        return InvalidField(field=name or "body")
    if is_instant(field):
        return FieldNotInstant(field=name)
    if field.enum_type is not None:
        return FieldOfOtherKind(field=name, wanted=", ".join(each.name for each in field.enum_type.values[1:]))
    kind = _KINDS.get(field.cpp_type)
    return FieldOfOtherKind(field=name, wanted=kind) if kind else InvalidField(field=name)


def _is_told_only(field: FieldDescriptor) -> bool:
    """Whether nobody may send the field."""
    return any(each in SERVICE_OWNED for each in field.GetOptions().Extensions[field_behavior_pb2.field_behavior])
