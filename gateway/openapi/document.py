"""The document itself: paths, parameters, bodies, answers, problems."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from gateway import problems
from gateway.openapi.comments import comments
from gateway.openapi.examples import answer_example, creation_example, request_example, update_example
from gateway.openapi.schemas import Schema, Schemas
from gateway.transcoding.methods import HTTP_BODY, Binding, Shape
from gateway.transcoding.templates import Template

_JSON = "application/json"
_PROBLEM: Schema = {
    "type": "object",
    "description": "Why a request was refused (RFC 9457); `reason` is constant, `detail` is in the reader's language.",
    "required": ["type", "title", "status", "detail", "reason"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:millrace:reason:REQUEST_INVALID"]},
        "title": {"type": "string", "examples": ["Bad Request"]},
        "status": {"type": "integer", "examples": [400]},
        "detail": {"type": "string", "examples": ["Some fields of the request are not valid"]},
        "instance": {"type": "string", "examples": ["/v1/leads"]},
        "reason": {"type": "string", "examples": ["REQUEST_INVALID"]},
        "metadata": {"type": "object", "additionalProperties": {"type": "string"}},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string", "examples": ["companyName"]},
                    "reason": {"type": "string", "examples": ["string.max_len"]},
                    "message": {"type": "string", "examples": ["is too long"]},
                },
            },
        },
    },
}
_KEY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Makes repeats harmless: the same key with the same content has one effect and one answer.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,128}$"},
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
    "description": "What an earlier write answered in Millrace-Written: the read waits until it has arrived, or says "
    "in Millrace-Stale that it came too early.",
    "schema": {"type": "string"},
}
_WRITTEN: Schema = {
    "description": "What was changed, and to which version; send it as Millrace-After with what is read next.",
    "schema": {"type": "string", "examples": ["millrace.leads.v1.lead/0198c1f2-5b1a-7c3e-9d4f-2a6b8c0d1e2f@1"]},
}
_STALE: Schema = {
    "description": "`true` when something sent as Millrace-After had not arrived in time.",
    "schema": {"type": "string"},
}


def document(bindings: Iterable[Binding], *, version: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document of every binding."""
    schemas = Schemas()
    paths: dict[str, dict[str, Any]] = {}
    tags: dict[str, str] = {}
    bindings = list(bindings)
    names = _operation_names(bindings)
    for binding in bindings:
        service = binding.method.descriptor.containing_service
        tags[service.name] = comments().get(service.full_name, "")
        paths.setdefault(path_of(binding.template), {})[binding.verb.lower()] = {
            "operationId": names[binding],
            **_operation(binding, schemas),
        }
    schemas.components["Problem"] = _PROBLEM
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Millrace 渠成",
            "version": version,
            "description": "The sales system an enterprise runs on, from the first lead to the money in the bank.",
        },
        "tags": [{"name": name, "description": text} for name, text in tags.items()],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.components.items())),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
        "security": [{"bearer": []}],
    }


def path_of(template: Template) -> str:
    """The path as OpenAPI writes it: `/v1/{name=leads/*}:x` becomes `/v1/leads/{lead}:x`."""
    segments = list(template.segments)
    for index in range(1, len(segments)):
        if segments[index] == "*":
            segments[index] = "{%s}" % _singular(segments[index - 1])  # noqa: UP031 - braces in a format string hide
    return "/" + "/".join(segments) + (f":{template.verb}" if template.verb else "")


def _singular(collection: str) -> str:
    """One of a collection, as our names are formed: opportunities, processes, leads."""
    for ending, one in (("ies", "y"), ("sses", "ss"), ("s", "")):
        if collection.endswith(ending):
            return collection.removesuffix(ending) + one
    return collection


def _operation_names(bindings: Sequence[Binding]) -> Mapping[Binding, str]:
    """The method's name; of methods that several services have, with the service's before it: `ContractsApprove`."""
    known = Counter(binding.method.descriptor.name for binding in bindings)
    return {
        binding: name
        if known[name := binding.method.descriptor.name] == 1
        else f"{binding.method.service.title()}{name}"
        for binding in bindings
    }


def _operation(binding: Binding, schemas: Schemas) -> dict[str, Any]:
    method = binding.method
    text = comments().get(method.name, "")
    operation: dict[str, Any] = {
        "tags": [method.descriptor.containing_service.name],
        "summary": text.partition(". ")[0].rstrip(".").replace("\n", " "),
        "description": text,
        "parameters": [*_path_parameters(binding), *_query(binding, schemas), *_headers(binding)],
        "responses": {"200": _answer(binding, schemas), "default": _refusal()},
    }
    body = _body(binding, schemas)
    if body is not None:
        operation["requestBody"] = {"required": True, "content": body}
    if method.anonymous:
        operation["security"] = []
    return operation


def _path_parameters(binding: Binding) -> Iterator[Schema]:
    path = path_of(binding.template)
    for piece in path.split("{")[1:]:
        name = piece.partition("}")[0]
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}


def _query(binding: Binding, schemas: Schemas) -> Iterator[Schema]:
    if binding.body == "*":
        return
    bound = {variable.field[0] for variable in binding.template.variables} | {binding.body}
    for field in binding.method.descriptor.input_type.fields:
        if field.name in bound or field.name == "request_id" or not _plain(field):
            continue
        schema = schemas.field(field)
        description = schema.pop("description", "")
        yield {"name": field.json_name, "in": "query", "description": description, "schema": schema}


def _plain(field: FieldDescriptor) -> bool:
    return field.message_type is None or field.message_type.full_name.startswith("google.protobuf.")


def _headers(binding: Binding) -> Iterator[Schema]:
    if binding.method.repeatable:
        yield _KEY
    elif binding.method.reads and binding.method.shape is Shape.UNARY:
        yield _AFTER
    resource = binding.method.descriptor.input_type.fields_by_name.get(binding.body)
    message = None if resource is None else resource.message_type
    if binding.verb == "PATCH" and message is not None and "etag" in message.fields_by_name:
        yield _IF_MATCH


def _body(binding: Binding, schemas: Schemas) -> dict[str, Any] | None:
    message: Descriptor = binding.method.descriptor.input_type
    if not binding.body:
        return None
    if binding.method.shape is Shape.UPLOAD:
        return {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    if binding.body == "*":
        return {_JSON: {"schema": schemas.reference(message), "example": body_example(binding)}}
    schema = schemas.field(message.fields_by_name[binding.body])
    return {_JSON: {"schema": schema, "example": body_example(binding)}}


def body_example(binding: Binding) -> dict[str, Any]:
    """A JSON body that can be sent as it stands, once the names in it are those of one's own records."""
    message: Descriptor = binding.method.descriptor.input_type
    if binding.body == "*":
        in_path = {message.fields_by_name[variable.field[0]].json_name for variable in binding.template.variables}
        whole = request_example(message)
        return {name: value for name, value in whole.items() if name not in in_path}
    resource: Any = message.fields_by_name[binding.body].message_type
    return creation_example(resource) if binding.verb == "POST" else update_example(resource)


def _answer(binding: Binding, schemas: Schemas) -> dict[str, Any]:
    message: Descriptor = binding.method.descriptor.output_type
    if message.full_name == HTTP_BODY:
        return {"description": "The file.", "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}
    kind = "text/event-stream" if binding.method.shape is Shape.EVENTS else _JSON
    text = comments().get(message.full_name, "Done.")
    content: dict[str, Any] = {"schema": schemas.reference(message)}
    if kind == _JSON:
        content["example"] = answer_example(message)
    answer = {"description": text, "content": {kind: content}}
    if binding.method.shape is Shape.UNARY and binding.method.reads:
        answer["headers"] = {"Millrace-Stale": _STALE}
    elif binding.method.shape is Shape.UNARY and not binding.method.anonymous:
        answer["headers"] = {"Millrace-Written": _WRITTEN}
    return answer


def _refusal() -> dict[str, Any]:
    content = {problems.CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": "Refused; see `reason`.", "content": content}
