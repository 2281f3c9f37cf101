"""Whom nothing can be given to."""

from dataclasses import dataclass

from kernel.errors import InvalidField


@dataclass(eq=False, kw_only=True)
class OwnerUnknown(InvalidField):
    """The member who is to get it is not there or has left."""

    reason = "OWNER_UNKNOWN"

    field: str = "owner"


@dataclass(eq=False, kw_only=True)
class OwnerCannotWork(InvalidField):
    """No role of the member who is to get it lets him work it (pipeline.write)."""

    reason = "OWNER_CANNOT_WORK"

    field: str = "owner"
