"""The manual's examples: every one is read as the door reads it, and holds to its contract."""

from typing import Any

import orjson
import protovalidate
import pytest
from google.protobuf import json_format

from gateway.openapi.document import document, path_of
from gateway.openapi.examples import ID, text_example
from gateway.settings import SERVICES
from gateway.transcoding.methods import HTTP_BODY, Binding, Shape, find_bindings
from gateway.transcoding.requests import RequestPlan
from trade.credit_code import credit_code

BINDINGS = find_bindings(SERVICES)
MANUAL = document(BINDINGS, version="1")
WITH_BODY = [each for each in BINDINGS if each.body and each.method.shape is not Shape.UPLOAD]
ANSWERED = [
    each
    for each in BINDINGS
    if each.method.shape in {Shape.UNARY, Shape.UPLOAD} and each.method.descriptor.output_type.full_name != HTTP_BODY
]


def name_of(binding: Binding) -> str:
    return f"{binding.verb} {binding.method.name}"


def operation_of(binding: Binding) -> dict[str, Any]:
    operation: dict[str, Any] = MANUAL["paths"][path_of(binding.template)][binding.verb.lower()]
    return operation


def body_of(binding: Binding) -> Any:
    return operation_of(binding)["requestBody"]["content"]["application/json"]["example"]


def answer_of(binding: Binding) -> Any:
    return operation_of(binding)["responses"]["200"]["content"]["application/json"]["example"]


def segments_of(binding: Binding) -> list[str]:
    """The path as a caller fills it in: an id for each star, or what the field of a star by itself holds."""
    segments = [ID if each == "*" else each for each in binding.template.segments]
    for variable in binding.template.variables:
        if variable.end == variable.start + 1:
            field = binding.method.descriptor.input_type.fields_by_name[variable.field[0]]
            segments[variable.start] = text_example(field) or ID
    return segments


@pytest.mark.parametrize("binding", WITH_BODY, ids=name_of)
def test_a_body_can_be_sent_as_it_stands(binding: Binding) -> None:
    body = orjson.dumps(body_of(binding))
    request = RequestPlan(binding).build(segments_of(binding), b"", body, {"if-match": '"3"'})
    assert [violation.proto for violation in protovalidate.collect_violations(request)] == []


@pytest.mark.parametrize("binding", ANSWERED, ids=name_of)
def test_an_answer_is_one_of_its_contract(binding: Binding) -> None:
    told = answer_of(binding)
    assert json_format.MessageToDict(json_format.ParseDict(told, binding.method.answer())) == told


def test_what_the_server_owns_is_in_answers_and_in_no_body() -> None:
    [create] = (each for each in BINDINGS if each.method.descriptor.name == "CreateLead")
    body, answer = body_of(create), answer_of(create)
    assert {"name", "grade", "createTime", "etag"}.isdisjoint(body)
    assert {"name", "grade", "createTime", "etag"} <= set(answer)


def test_the_public_form_is_filled_in_as_people_do() -> None:
    [form] = (each for each in BINDINGS if each.method.descriptor.name == "SubmitLeadForm")
    assert "companyName" in body_of(form)
    assert "website" not in body_of(form), "a field that only programs fill in"


def test_a_field_without_an_example_of_its_own_has_its_usual_one() -> None:
    city = MANUAL["components"]["schemas"]["leads.Address"]["properties"]["city"]
    assert city["examples"] == ["杭州"]


def test_the_usual_credit_code_has_its_check_digit() -> None:
    account = MANUAL["components"]["schemas"]["pipeline.Account"]["properties"]["creditCode"]
    assert credit_code(account["examples"][0]) == account["examples"][0]


def test_no_two_operations_have_one_name() -> None:
    names = [operation["operationId"] for verbs in MANUAL["paths"].values() for operation in verbs.values()]
    assert len(names) == len(set(names))
    assert "CreateLead" in names
