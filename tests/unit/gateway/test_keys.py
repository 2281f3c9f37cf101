"""Where money moves once, whoever calls says so himself: no key is invented for him."""

import orjson
import pytest

from gateway.refusals import KeyRequired
from gateway.transcoding.methods import Binding, Shape
from gateway.transcoding.requests import RequestPlan
from tests.support.manual import BINDINGS, body_of, operation_of, segments_of

OF_MONEY = [each for each in BINDINGS if each.method.demands_key and each.method.shape is Shape.UNARY]
OTHERS = [
    each
    for each in BINDINGS
    if each.method.repeatable and not each.method.demands_key and each.method.shape is Shape.UNARY
]


def name_of(binding: Binding) -> str:
    return f"{binding.verb} {binding.method.name}"


def test_money_is_booked_allocated_and_refunded_with_a_key() -> None:
    assert {"BookReceipt", "AllocateReceipt", "RefundReceipt", "ReverseReceipt", "WriteOffInstalment"} <= {
        each.method.descriptor.name for each in OF_MONEY
    }


@pytest.mark.parametrize("binding", OF_MONEY, ids=name_of)
def test_without_a_key_money_is_not_moved(binding: Binding) -> None:
    plan, body = RequestPlan(binding), orjson.dumps(body_of(binding))
    with pytest.raises(KeyRequired):
        plan.build(segments_of(binding), b"", body, {})
    by_header = plan.build(segments_of(binding), b"", body, {"idempotency-key": "once"})
    in_body = body_of(binding) | ({"requestId": "once"} if binding.body == "*" else {})
    query = b"" if binding.body == "*" else b"requestId=once"
    by_field = plan.build(segments_of(binding), query, orjson.dumps(in_body), {})
    assert by_header.request_id == by_field.request_id == "once"  # type: ignore[attr-defined]  # such requests have one


@pytest.mark.parametrize("binding", OTHERS, ids=name_of)
def test_elsewhere_a_call_without_a_key_gets_its_own(binding: Binding) -> None:
    plan, body = RequestPlan(binding), orjson.dumps(body_of(binding)) if binding.body else b""
    made = [plan.build(segments_of(binding), b"", body, {"if-match": '"3"'}) for _ in range(2)]
    assert made[0].request_id != made[1].request_id  # type: ignore[attr-defined]  # such requests have one


@pytest.mark.parametrize("binding", OF_MONEY, ids=name_of)
def test_the_manual_says_where_the_key_is_needed(binding: Binding) -> None:
    [told] = [each for each in operation_of(binding)["parameters"] if each["name"] == "Idempotency-Key"]
    assert "requestId" in told["description"]
