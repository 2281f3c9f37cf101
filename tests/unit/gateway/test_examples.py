"""The manual's examples: every one is read as the door reads it, and holds to its contract."""

from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from google.protobuf import json_format
from google.protobuf.message import Message

from chassis.rpc.refusals import InvalidRequest, Violation
from chassis.rpc.validation import validate
from gateway.openapi.parameters import path_of
from gateway.transcoding.methods import HTTP_BODY, Binding, Shape
from gateway.transcoding.requests import RequestPlan
from gateway.transcoding.routes import RouteTable
from tests.support.manual import BINDINGS, answer_of, body_of, manual, operation_of, segments_of
from trade.credit_code import credit_code

WITH_BODY = [each for each in BINDINGS if each.body and each.method.shape is not Shape.UPLOAD]
ANSWERED = [
    each
    for each in BINDINGS
    if each.method.shape in {Shape.UNARY, Shape.UPLOAD} and each.method.descriptor.output_type.full_name != HTTP_BODY
]


def name_of(binding: Binding) -> str:
    return f"{binding.verb} {binding.method.name}"


def broken_rules(request: Message) -> list[Violation]:
    """What a service would refuse of the request, unseen."""
    try:
        validate(request)
    except InvalidRequest as refusal:
        return list(refusal.violations)
    return []


@pytest.mark.parametrize("binding", WITH_BODY, ids=name_of)
def test_a_body_can_be_sent_as_it_stands(binding: Binding) -> None:
    body = orjson.dumps(body_of(binding))
    headers = {"if-match": '"3"', "idempotency-key": "receipt-2026-0815"}
    assert broken_rules(RequestPlan(binding).build(segments_of(binding), b"", body, headers)) == []


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
    assert {"companyName", "consent"} <= set(body_of(form))
    assert "website" not in body_of(form), "a field that only programs fill in"


def test_a_field_without_an_example_of_its_own_has_its_usual_one() -> None:
    city = manual()["components"]["schemas"]["leads.Address"]["properties"]["city"]
    assert city["examples"] == ["杭州"]


def test_the_usual_credit_code_has_its_check_digit() -> None:
    account = manual()["components"]["schemas"]["pipeline.Account"]["properties"]["creditCode"]
    assert credit_code(account["examples"][0]) == account["examples"][0]


def test_no_two_operations_have_one_name() -> None:
    names = [operation["operationId"] for verbs in manual()["paths"].values() for operation in verbs.values()]
    assert len(names) == len(set(names))
    assert "CreateLead" in names


def parameters_of(method: str) -> dict[str, dict[str, Any]]:
    [binding] = (each for each in BINDINGS if each.method.descriptor.name == method)
    return {each["name"]: each for each in operation_of(binding)["parameters"]}


@pytest.mark.parametrize("binding", BINDINGS, ids=name_of)
def test_what_a_call_cannot_do_without_has_an_example(binding: Binding) -> None:
    told = operation_of(binding)["parameters"]
    assert [each["name"] for each in told if each.get("required") and not each.get("example")] == []


@pytest.mark.parametrize("binding", [each for each in BINDINGS if each.verb == "GET"], ids=name_of)
def test_a_question_can_be_asked_as_it_stands(binding: Binding) -> None:
    needed = [each for each in operation_of(binding)["parameters"] if each.get("required")]
    path = path_of(binding.template)
    for each in needed:
        path = path.replace(f"{{{each['name']}}}", str(each["example"]))
    query = urlencode({each["name"]: each["example"] for each in needed if each["in"] == "query"})
    _, segments = RouteTable([binding]).find("GET", path)
    assert broken_rules(RequestPlan(binding).build(segments, query.encode(), b"", {})) == []


def test_a_day_of_a_query_is_asked_for_by_its_numbers() -> None:
    told = parameters_of("GetAccountStatement")
    assert [told[f"startDate.{part}"]["example"] for part in ("year", "month", "day")] == [2026, 3, 2]


def test_a_token_in_a_path_is_no_uuid() -> None:
    assert parameters_of("SubmitLeadForm")["form"]["schema"] == {"type": "string"}
    assert parameters_of("GetLead")["lead"]["schema"] == {"type": "string", "format": "uuid"}


def test_every_refusal_is_shown_with_its_fields() -> None:
    refused = operation_of(BINDINGS[0])["responses"]["default"]["content"]["application/problem+json"]
    fields = manual()["components"]["schemas"]["Problem"]["properties"]
    assert refused["example"].keys() == fields.keys()
    assert refused["example"]["errors"][0]["field"] == "companyName"
    assert [name for name, field in fields.items() if not field.get("description")] == []
