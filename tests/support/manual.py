"""The manual as its readers have it: each operation, and the example that can be sent as it stands."""

from functools import cache
from typing import Any

from gateway.openapi.document import document
from gateway.openapi.examples import ID, request_example, text_example
from gateway.openapi.parameters import path_of
from gateway.settings import SERVICES
from gateway.transcoding.methods import Binding, find_bindings

BINDINGS = find_bindings(SERVICES)


@cache
def manual() -> dict[str, Any]:
    """The whole document."""
    return document(BINDINGS, version="1")


def operation_of(binding: Binding) -> dict[str, Any]:
    """What the manual says of one operation."""
    operation: dict[str, Any] = manual()["paths"][path_of(binding.template)][binding.verb.lower()]
    return operation


def body_of(binding: Binding) -> Any:
    """The example of its body."""
    return operation_of(binding)["requestBody"]["content"]["application/json"]["example"]


def answer_of(binding: Binding) -> Any:
    """The example of its answer."""
    return operation_of(binding)["responses"]["200"]["content"]["application/json"]["example"]


def segments_of(binding: Binding) -> list[str]:
    """The path as a caller fills it in: an id for each star, or what the field of a star by itself holds."""
    segments = [ID if each == "*" else each for each in binding.template.segments]
    for variable in binding.template.variables:
        if variable.end == variable.start + 1:
            field = binding.method.descriptor.input_type.fields_by_name[variable.field[0]]
            segments[variable.start] = text_example(field) or ID
    return segments


def parameters_of(binding: Binding) -> dict[str, Any]:
    """The parameters of its query, as an example fills them in."""
    named = {each["name"] for each in operation_of(binding)["parameters"] if each["in"] == "query"}
    whole = request_example(binding.method.descriptor.input_type)
    return {name: value for name, value in whole.items() if name in named}
