"""What an edit changed, field by field."""

from dataclasses import fields
from typing import Any


def changed_fields(before: Any, after: Any) -> tuple[str, ...]:
    """The names of the fields in which two facts of one dataclass differ, in their order."""
    return tuple(field.name for field in fields(before) if getattr(before, field.name) != getattr(after, field.name))
