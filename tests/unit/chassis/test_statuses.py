"""Refusals on the wire: whatever somebody typed, they stay short enough to arrive."""

import pytest
from google.rpc import error_details_pb2, status_pb2

from chassis.listing.refusals import FilterInvalid
from chassis.rpc.refusals import FieldHidden, InvalidRequest, Violation
from chassis.rpc.statuses import status_of
from chassis.texts import Texts
from kernel.errors import InvalidField, Refusal

SAFE_METADATA_BYTES = 8 * 1024


def bytes_on_the_wire(status: status_pb2.Status) -> int:
    """The details in base64, and the text percent-encoded."""
    details: int = status.ByteSize()
    return details * 4 // 3 + 3 * len(status.message.encode())


@pytest.mark.parametrize(
    "refusal",
    [
        FilterInvalid(near="线" * 2000),
        InvalidField(field="线" * 2000),
        FieldHidden(field="线" * 2000, permission="索" * 2000),
        InvalidRequest(violations=tuple(Violation(f"leads[{n}].name", "string.max_len", "long") for n in range(1000))),
        InvalidRequest(violations=(Violation("线" * 2000, "rule", "索" * 2000),) * 1000),
    ],
    ids=["filter", "field", "two values", "many violations", "many long violations"],
)
@pytest.mark.parametrize("locale", ["zh", "en"])
def test_a_refusal_of_something_long_is_short_enough_to_arrive(refusal: Refusal, locale: str) -> None:
    assert bytes_on_the_wire(status_of(refusal, texts=Texts(), locale=locale)) < SAFE_METADATA_BYTES


def test_a_long_value_is_cut_and_says_so() -> None:
    status = status_of(FilterInvalid(near="线" * 2000), texts=Texts(), locale="en")
    info = error_details_pb2.ErrorInfo()
    status.details[0].Unpack(info)
    assert info.metadata["near"] == "线" * 99 + "…"
    assert info.metadata["near"] in status.message


def test_a_value_of_usual_length_is_told_whole() -> None:
    name = "x" * 100
    status = status_of(FilterInvalid(near=name), texts=Texts(), locale="en")
    assert name in status.message
