"""What was released stays readable: every event of every release, and the writing of the next one (G20)."""

from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message
from google.protobuf.unknown_fields import UnknownFieldSet
from millrace.directory.v1.member_events_pb2 import MemberUpdated
from millrace.leads.v1.lead_events_pb2 import LeadUpdated

from chassis.consumer.event import decode
from deploy.release.corpus import AlreadyReleased, Example, examples, keep
from deploy.release.examples import maximal, minimal

EVERY = list(examples())
A_NEWER_FIELD = b"\xfa\xff\x3f\x05later"  # field 131071, a text


def named(example: Example) -> str:
    return f"{example.version} {example.type} {example.shape}"


def strange_fields(message: Message) -> int:
    """How many fields of the message, and of the messages in it, are in no contract of today."""
    found = len(UnknownFieldSet(message))
    for field, value in message.ListFields():
        if field.message_type is None or field.message_type.GetOptions().map_entry:
            continue
        found += sum(strange_fields(each) for each in (value if field.is_repeated else [value]))
    return found


def test_there_is_a_corpus() -> None:
    assert len({example.type for example in EVERY}) >= 41


@pytest.mark.parametrize("example", EVERY, ids=named)
def test_a_released_event_is_still_read_whole(example: Example) -> None:
    message = decode(example.type, example.payload)
    assert message is not None
    assert strange_fields(message) == 0
    assert message.SerializeToString(deterministic=True) == example.payload


@pytest.mark.parametrize("example", EVERY, ids=named)
def test_a_field_of_a_newer_release_is_kept(example: Example) -> None:
    message = decode(example.type, example.payload + A_NEWER_FIELD)
    assert message is not None
    assert message.SerializeToString(deterministic=True).endswith(A_NEWER_FIELD)


def test_an_event_nobody_knows_here_is_no_fault() -> None:
    assert decode("millrace.directory.v1.MemberPromoted", b"") is None


def test_the_same_event_gives_the_same_bytes() -> None:
    assert maximal(LeadUpdated.DESCRIPTOR) == maximal(LeadUpdated.DESCRIPTOR)


def test_the_largest_example_leaves_no_field_empty() -> None:
    example = MemberUpdated.FromString(maximal(MemberUpdated.DESCRIPTOR))
    assert {field.name for field, _ in example.ListFields()} == {"head", "member", "changed_fields"}
    assert len(example.member.ListFields()) == len(example.member.DESCRIPTOR.fields)


def test_the_smallest_example_has_a_head_and_nothing_else() -> None:
    example: Any = MemberUpdated.FromString(minimal(MemberUpdated.DESCRIPTOR))
    assert [field.name for field, _ in example.ListFields()] == ["head"]
    assert example.head.version == 1


def test_a_version_is_released_once(tmp_path: Path) -> None:
    keep("1.0.0", folder=tmp_path)
    with pytest.raises(AlreadyReleased):
        keep("1.0.0", folder=tmp_path)


def test_a_release_keeps_only_what_is_new(tmp_path: Path) -> None:
    first = keep("1.0.0", folder=tmp_path)
    first[0].unlink()
    assert [path.name for path in keep("1.1.0", folder=tmp_path)] == [first[0].name]
