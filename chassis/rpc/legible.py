"""Texts people can read: without control characters, and not of blanks alone where a text is needed."""

from collections.abc import Iterator
from enum import Enum, auto
from functools import cache
from typing import Any

from buf.validate import validate_pb2
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from chassis.rpc.refusals import Violation
from kernel.legibility import has_controls


class _Holds(Enum):
    """What a field may hold that is to be read; a plain value of any other kind is nothing to look at."""

    TEXT = auto()
    TEXTS = auto()
    MAP = auto()
    MESSAGE = auto()
    MESSAGES = auto()


def illegible(message: Message, path: str = "") -> Iterator[Violation]:
    """Every text of a message that nobody could read, with its path."""
    for field, value in message.ListFields():
        holds = _held(field)
        if holds is None:
            continue
        if holds is _Holds.TEXT:
            # Nearly every text of nearly every request is found in order right here.
            if not value.isprintable() or value.isspace():
                yield from _flaws(value, _place(path, field), _needed(field))
        elif holds is _Holds.MESSAGE:
            yield from illegible(value, _place(path, field))
        else:
            yield from _in_many(holds, field, value, _place(path, field))


def _in_many(holds: _Holds, field: FieldDescriptor, values: Any, place: str) -> Iterator[Violation]:
    if holds is _Holds.TEXTS:
        for text in values:
            yield from _flaws(text, place, _needed(field))
    elif holds is _Holds.MAP:
        for text in (text for pair in values.items() for text in pair if isinstance(text, str)):
            yield from _flaws(text, place, needed=False)
    else:
        for number, each in enumerate(values):
            yield from illegible(each, f"{place}[{number}]")


def _place(path: str, field: FieldDescriptor) -> str:
    return f"{path}.{field.name}" if path else str(field.name)


@cache
def _held(field: Any) -> _Holds | None:
    if field.type == FieldDescriptor.TYPE_STRING:
        return _Holds.TEXTS if field.is_repeated else _Holds.TEXT
    if field.type != FieldDescriptor.TYPE_MESSAGE or _left_to_the_service(field):
        return None
    if field.message_type.GetOptions().map_entry:
        return _Holds.MAP
    return _Holds.MESSAGES if field.is_repeated else _Holds.MESSAGE


def _flaws(text: str, place: str, needed: bool) -> Iterator[Violation]:
    if has_controls(text):
        yield Violation(place, "text.control_characters", "holds control characters")
    elif needed and text.isspace():
        yield Violation(place, "text.blank", "is blank")


def _left_to_the_service(field: Any) -> bool:
    """Whether the contract leaves the items to the service, which answers for each: one must not refuse the others."""
    rules = field.GetOptions().Extensions[validate_pb2.field]
    return bool(rules.repeated.items.ignore == validate_pb2.IGNORE_ALWAYS)


@cache
def _needed(field: Any) -> bool:
    """Whether the contract asks for a text of some length."""
    rules = field.GetOptions().Extensions[validate_pb2.field]
    items = rules.repeated.items if rules.HasField("repeated") else rules
    return bool(items.string.min_len)
