"""JSON schemas of messages: types by the proto3 JSON mapping, limits by the validation rules."""

from typing import Any

from buf.validate import validate_pb2
from google.api import field_behavior_pb2
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from chassis.wire import is_required
from gateway.openapi.comments import comments
from gateway.openapi.examples import text_example

Schema = dict[str, Any]

_INT64: Schema = {"type": "string", "format": "int64"}
_NUMBER: Schema = {"type": "number"}
_BY_TYPE: dict[int, Schema] = {
    FieldDescriptor.CPPTYPE_STRING: {"type": "string"},
    FieldDescriptor.CPPTYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.CPPTYPE_INT32: {"type": "integer", "format": "int32"},
    FieldDescriptor.CPPTYPE_UINT32: {"type": "integer", "minimum": 0},
    FieldDescriptor.CPPTYPE_INT64: _INT64,
    FieldDescriptor.CPPTYPE_UINT64: _INT64,
    FieldDescriptor.CPPTYPE_DOUBLE: _NUMBER,
    FieldDescriptor.CPPTYPE_FLOAT: _NUMBER,
}
_WELL_KNOWN: dict[str, Schema] = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {"type": "string", "pattern": r"^-?\d+(\.\d{1,9})?s$"},
    "google.protobuf.FieldMask": {"type": "string", "description": "Names of fields, joined by commas."},
    "google.protobuf.Struct": {"type": "object"},
    "google.protobuf.Value": {},
    "google.protobuf.ListValue": {"type": "array"},
    "google.protobuf.Any": {"type": "object"},
    "google.protobuf.Empty": {"type": "object"},
}
_STRING_RULES = {"min_len": "minLength", "max_len": "maxLength", "pattern": "pattern"}
_NUMBER_RULES = {"gte": "minimum", "lte": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
_FORMATS = {"email": "email", "uri": "uri", "uuid": "uuid", "hostname": "hostname"}
_LIST_RULES = {"min_items": "minItems", "max_items": "maxItems", "unique": "uniqueItems"}
_MAP_RULES = {"min_pairs": "minProperties", "max_pairs": "maxProperties"}


class Schemas:
    """Gathers the schemas an operation needs, each once, under its short name."""

    def __init__(self) -> None:
        """Start empty."""
        self.components: dict[str, Schema] = {}

    def reference(self, message: Descriptor) -> Schema:
        """A schema for a message: its own where JSON knows the type, else a reference into the components."""
        known = _WELL_KNOWN.get(message.full_name)
        if known is not None:
            return dict(known)
        name = component_name(message.full_name)
        if name not in self.components:
            self.components[name] = {}
            self.components[name] = self._message(message)
        return {"$ref": f"#/components/schemas/{name}"}

    def field(self, field: FieldDescriptor) -> Schema:
        """The schema of one field with comment, limits and example."""
        rules = field.GetOptions().Extensions[validate_pb2.field]
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            value = self._value(field.message_type.fields_by_name["value"], rules.map.values)
            schema = {"type": "object", "additionalProperties": value, **_limits(rules.map, _MAP_RULES)}
        elif field.is_repeated:
            items = self._value(field, rules.repeated.items)
            schema = {"type": "array", "items": items, **_limits(rules.repeated, _LIST_RULES)}
        else:
            schema = self._value(field, rules)
        return {**schema, **_described(field.full_name), **_behaviour(field)}

    def _message(self, message: Descriptor) -> Schema:
        properties = {field.json_name: self.field(field) for field in message.fields}
        # A header may carry the request id.
        needed = [field.json_name for field in message.fields if is_required(field) and field.name != "request_id"]
        schema: Schema = {"type": "object", "properties": properties, **_described(message.full_name)}
        return schema | ({"required": needed} if needed else {})

    def _value(self, field: FieldDescriptor, rules: Any) -> Schema:
        if field.message_type is not None:
            return self.reference(field.message_type)
        if field.enum_type is not None:
            return self._enum(field.enum_type)
        if field.type == FieldDescriptor.TYPE_BYTES:
            return {"type": "string", "contentEncoding": "base64"}
        return {**_BY_TYPE[field.cpp_type], **_scalar_limits(rules), **_exemplified(field)}

    def _enum(self, enum: EnumDescriptor) -> Schema:
        name = component_name(enum.full_name)
        if name not in self.components:
            lines = [f"- `{value.name}`: {comments().get(value_name(enum, value.name), '')}" for value in enum.values]
            text = "\n".join([comments().get(enum.full_name, ""), "", *lines])
            names = [value.name for value in enum.values]
            self.components[name] = {"type": "string", "enum": names, "description": text}
        return {"$ref": f"#/components/schemas/{name}"}


def component_name(full_name: str) -> str:
    """`millrace.leads.v1.Lead` → `leads.Lead`: short, and unique across services."""
    parts = full_name.split(".")
    return full_name if parts[0] != "millrace" else ".".join([parts[1], *parts[3:]])


def value_name(enum: EnumDescriptor, value: str) -> str:
    """The name under which the comments know an enum's value."""
    return f"{enum.full_name}.{value}"


def _scalar_limits(rules: Any) -> Schema:
    kind = rules.WhichOneof("type")
    if kind is None or kind in {"repeated", "map", "enum", "any"}:
        return {}
    of_kind = getattr(rules, kind)
    limits = _limits(of_kind, _STRING_RULES if kind == "string" else _NUMBER_RULES)
    if kind == "string":
        limits.update([("format", text) for rule, text in _FORMATS.items() if getattr(of_kind, rule, False)])
    if kind.endswith("64"):
        limits.clear()  # JSON carries them as strings
    return limits


def _exemplified(field: FieldDescriptor) -> Schema:
    text = text_example(field) if field.cpp_type == FieldDescriptor.CPPTYPE_STRING else None
    return {"examples": [text]} if text else {}


def _limits(rules: Any, table: dict[str, str]) -> Schema:
    names = {field.name for field, _ in rules.ListFields()}
    return {word: getattr(rules, rule) for rule, word in table.items() if rule in names}


def _described(full_name: str) -> Schema:
    text = comments().get(full_name)
    return {"description": text} if text else {}


def _behaviour(field: FieldDescriptor) -> Schema:
    behaviours = field.GetOptions().Extensions[field_behavior_pb2.field_behavior]
    return {"readOnly": True} if field_behavior_pb2.OUTPUT_ONLY in behaviours else {}
