"""The document itself: paths, bodies, answers, problems."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from google.protobuf.descriptor import Descriptor

from gateway import problems
from gateway.openapi.comments import comments
from gateway.openapi.examples import answer_example, creation_example, request_example, update_example
from gateway.openapi.parameters import parameters, path_of
from gateway.openapi.schemas import Schema, Schemas
from gateway.transcoding.methods import HTTP_BODY, Binding, Shape

_JSON = "application/json"
_VIOLATION: Schema = {
    "type": "object",
    "properties": {
        "field": {"type": "string", "description": "The field, as the body names it.", "examples": ["companyName"]},
        "reason": {"type": "string", "description": "Which rule it breaks.", "examples": ["string.max_len"]},
        "message": {"type": "string", "description": "In the reader's language.", "examples": ["is too long"]},
    },
}
_PROBLEM: Schema = {
    "type": "object",
    "description": "Why a request was refused (RFC 9457); `reason` is constant, `detail` is in the reader's language.",
    "required": ["type", "title", "status", "detail", "reason"],
    "properties": {
        "type": {
            "type": "string",
            "description": "The reason as a name for programs.",
            "examples": ["urn:millrace:reason:REQUEST_INVALID"],
        },
        "title": {"type": "string", "description": "The words of the status.", "examples": ["Bad Request"]},
        "status": {"type": "integer", "description": "The status of the answer.", "examples": [400]},
        "detail": {
            "type": "string",
            "description": "What to tell the person, in the language of Accept-Language.",
            "examples": ["Some fields of the request are not valid"],
        },
        "instance": {"type": "string", "description": "The path that was asked for.", "examples": ["/v1/leads"]},
        "reason": {
            "type": "string",
            "description": "The constant reason; the call's description names those of its own.",
            "examples": ["REQUEST_INVALID"],
        },
        "metadata": {
            "type": "object",
            "description": "The values that the reason speaks of.",
            "additionalProperties": {"type": "string"},
            "examples": [{}],
        },
        "errors": {
            "type": "array",
            "description": "The fields at fault, where there are any.",
            "items": {"$ref": "#/components/schemas/Violation"},
            "examples": [[{name: each["examples"][0] for name, each in _VIOLATION["properties"].items()}]],
        },
    },
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
    schemas.components.update(Problem=_PROBLEM, Violation=_VIOLATION)
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
        "parameters": list(parameters(binding, schemas)),
        "responses": {"200": _answer(binding, schemas), "default": _refusal()},
    }
    body = _body(binding, schemas)
    if body is not None:
        operation["requestBody"] = {"required": True, "content": body}
    if method.anonymous:
        operation["security"] = []
    return operation


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
    example = {name: each["examples"][0] for name, each in _PROBLEM["properties"].items()}
    content = {problems.CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}}
    return {"description": "Refused; see `reason`.", "content": content}
