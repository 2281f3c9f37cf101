"""What a call is told beside its body: in its path, in its query, in its headers."""

from collections.abc import Iterator
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from chassis.wire import is_required
from gateway.openapi.examples import ID, query_example, text_example
from gateway.openapi.schemas import Schema, Schemas
from gateway.transcoding.methods import Binding, Shape
from gateway.transcoding.templates import ONE, Template, Variable

_KEY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Makes repeats harmless: the same key with the same content has one effect and one answer.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,128}$"},
}
_OWN_KEY: Schema = _KEY | {
    "description": "Required, here or as requestId, because this is done once only: the same key with the same "
    "content has one effect and one answer.",
}
_IF_MATCH: Schema = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag that was read; required unless the body carries the etag. * names no version: an update "
    "refuses it, other calls go on with the present one.",
    "schema": {"type": "string"},
}
_AFTER: Schema = {
    "name": "Millrace-After",
    "in": "header",
    "description": "What an earlier write answered in Millrace-Written: the call waits until it has arrived. A read "
    "that came too early says so in Millrace-Stale; a write is refused with NOT_HERE_YET.",
    "schema": {"type": "string"},
}
_DATE = "google.type.Date"


def parameters(binding: Binding, schemas: Schemas) -> Iterator[Schema]:
    """The parameters of an operation; those without which it cannot be called have an example."""
    yield from _in_path(binding)
    yield from _in_query(binding, schemas)
    yield from _in_headers(binding)


def path_of(template: Template) -> str:
    """The path as OpenAPI writes it: `/v1/{name=leads/*}:x` becomes `/v1/leads/{lead}:x`."""
    segments = list(template.segments)
    for index in range(1, len(segments)):
        if segments[index] == ONE:
            segments[index] = "{%s}" % _singular(segments[index - 1])  # noqa: UP031 - braces in a format string hide
    return "/" + "/".join(segments) + (f":{template.verb}" if template.verb else "")


def _singular(collection: str) -> str:
    """One of a collection, as our names are formed: opportunities, processes, leads."""
    for ending, one in (("ies", "y"), ("sses", "ss"), ("s", "")):
        if collection.endswith(ending):
            return collection.removesuffix(ending) + one
    return collection


def _in_path(binding: Binding) -> Iterator[Schema]:
    template = binding.template
    stars = [place for place, segment in enumerate(template.segments) if segment == ONE]
    names = [piece.partition("}")[0] for piece in path_of(template).split("{")[1:]]
    for name, place in zip(names, stars, strict=True):
        example = _segment_example(binding, place)
        schema = {"type": "string", **({"format": "uuid"} if example == ID else {})}
        yield {"name": name, "in": "path", "required": True, "schema": schema, "example": example}


def _segment_example(binding: Binding, place: int) -> str:
    """What stands at one place of the path: a part of the name that the variable there binds."""
    variable = next(each for each in binding.template.variables if each.start <= place < (each.end or place + 1))
    parts = (text_example(_bound(binding, variable)) or ID).split("/")
    within = place - variable.start
    return parts[within] if within < len(parts) else ID


def _bound(binding: Binding, variable: Variable) -> FieldDescriptor:
    message: Any = binding.method.descriptor.input_type
    *above, last = variable.field
    for name in above:
        message = message.fields_by_name[name].message_type
    field: FieldDescriptor = message.fields_by_name[last]
    return field


def _in_query(binding: Binding, schemas: Schemas) -> Iterator[Schema]:
    if binding.body == "*":
        return
    bound = {variable.field[0] for variable in binding.template.variables} | {binding.body}
    for field in binding.method.descriptor.input_type.fields:
        if field.name in bound or field.name == "request_id" or not _plain(field):
            continue
        schema = schemas.field(field)
        description = schema.pop("description", "")
        for name, told, example in _parts(field, schema):
            parameter = {"name": name, "in": "query", "description": description, "schema": told}
            if is_required(field) and field.name != "update_mask":  # which follows from the body
                parameter |= {"required": True, "example": example}
            yield parameter


def _parts(field: FieldDescriptor, schema: Schema) -> Iterator[tuple[str, Schema, Any]]:
    """A field as the query has it: by its name, a date by its three numbers."""
    example = query_example(field)
    if field.message_type is None or field.message_type.full_name != _DATE:
        yield field.json_name, schema, example
        return
    for part, number in example.items():
        yield f"{field.json_name}.{part}", {"type": "integer"}, number


def _plain(field: FieldDescriptor) -> bool:
    kind = None if field.message_type is None else field.message_type.full_name
    return kind is None or kind == _DATE or kind.startswith("google.protobuf.")


def _in_headers(binding: Binding) -> Iterator[Schema]:
    if binding.method.repeatable:
        yield _OWN_KEY if binding.method.demands_key else _KEY
    if binding.method.shape is Shape.UNARY:
        yield _AFTER
    resource = binding.method.descriptor.input_type.fields_by_name.get(binding.body)
    message = None if resource is None else resource.message_type
    if binding.verb == "PATCH" and message is not None and "etag" in message.fields_by_name:
        yield _IF_MATCH
