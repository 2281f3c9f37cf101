"""From a message and a field mask to an edit of what stands."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from google.protobuf.field_mask_pb2 import FieldMask

from chassis.wire import changed_fields

D = TypeVar("D")
# Field of the message and of the details, which bear the same name, to what reads it.
Fields = Mapping[str, Callable[[Any], object]]


def read_all(message: Any, fields: Fields) -> dict[str, Any]:
    """Every field, for a new record."""
    return {name: read(message) for name, read in fields.items()}


def edit(message: Any, mask: FieldMask, fields: Fields) -> Callable[[D], D]:
    """What puts the masked fields of the message over the details that stand.

    Raises InvalidField for an empty mask, `*`, an unknown field, and one the service fills itself.
    """
    changes = {name: fields[name](message) for name in changed_fields(mask, type(message))}

    def apply(details: D) -> D:
        return replace(details, **changes)  # type: ignore[type-var]  # details are frozen dataclasses

    return apply
