"""The manual's examples: every one is read as the door reads it, and holds to its contract."""

import orjson
import pytest
from google.protobuf import json_format

from chassis.rpc.validation import validate
from gateway.transcoding.methods import HTTP_BODY, Binding, Shape
from gateway.transcoding.requests import RequestPlan
from tests.support.manual import BINDINGS, answer_of, body_of, manual, segments_of
from trade.credit_code import credit_code

WITH_BODY = [each for each in BINDINGS if each.body and each.method.shape is not Shape.UPLOAD]
ANSWERED = [
    each
    for each in BINDINGS
    if each.method.shape in {Shape.UNARY, Shape.UPLOAD} and each.method.descriptor.output_type.full_name != HTTP_BODY
]


def name_of(binding: Binding) -> str:
    return f"{binding.verb} {binding.method.name}"


@pytest.mark.parametrize("binding", WITH_BODY, ids=name_of)
def test_a_body_can_be_sent_as_it_stands(binding: Binding) -> None:
    body = orjson.dumps(body_of(binding))
    validate(RequestPlan(binding).build(segments_of(binding), b"", body, {"if-match": '"3"'}))


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
    city = manual()["components"]["schemas"]["leads.Address"]["properties"]["city"]
    assert city["examples"] == ["杭州"]


def test_the_usual_credit_code_has_its_check_digit() -> None:
    account = manual()["components"]["schemas"]["pipeline.Account"]["properties"]["creditCode"]
    assert credit_code(account["examples"][0]) == account["examples"][0]


def test_no_two_operations_have_one_name() -> None:
    names = [operation["operationId"] for verbs in manual()["paths"].values() for operation in verbs.values()]
    assert len(names) == len(set(names))
    assert "CreateLead" in names
