"""Texts people can read: without control characters, and not of blanks alone where a text is needed."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from buf.validate import validate_pb2
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from chassis.rpc.refusals import Violation

# Control characters except tab and line ends, and marks that turn the writing direction: no database text can hold
# the first of them, and the others hide what a name really is.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def illegible(message: Message, path: str = "") -> Iterator[Violation]:
    """Every text of a message that nobody could read, with its path."""
    for field, value in message.ListFields():
        place = f"{path}.{field.name}" if path else str(field.name)
        if field.type == FieldDescriptor.TYPE_STRING:
            texts = value if field.is_repeated else (value,)
            yield from (found for text in texts for found in _flaws(text, place, _needed(field)))
        elif field.type == FieldDescriptor.TYPE_MESSAGE and not _left_to_the_service(field):
            yield from _inside(field, value, place)


def _inside(field: Any, value: Any, place: str) -> Iterator[Violation]:
    if field.message_type.GetOptions().map_entry:
        for key, held in value.items():
            for text in (key, held):
                if isinstance(text, str):
                    yield from _flaws(text, place, needed=False)
        return
    for each in value if field.is_repeated else (value,):
        yield from illegible(each, place)


def _flaws(text: str, place: str, needed: bool) -> Iterator[Violation]:
    if not text.isprintable() and _CONTROL.search(text):
        yield Violation(place, "text.control_characters", "holds control characters")
    elif needed and text.isspace():
        yield Violation(place, "text.blank", "is blank")


@cache
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
