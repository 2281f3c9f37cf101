"""The rules of the contract, held against a request."""

from collections.abc import Sequence
from typing import Any

import protovalidate
from google.protobuf.message import Message

from chassis.rpc.legible import illegible
from chassis.rpc.refusals import InvalidRequest, Violation


def validate(request: Message) -> None:
    """Raise InvalidRequest with every broken rule and every text that nobody could read.

    On an update, only those inside the update mask count.
    """
    violations = [_violation(violation.proto) for violation in protovalidate.collect_violations(request)]
    violations += illegible(request)
    if not violations:
        return
    mask = getattr(request, "update_mask", None)
    if mask is not None and mask.paths:
        violations = [violation for violation in violations if _masked(violation.field, list(mask.paths))]
    if violations:
        raise InvalidRequest(violations=tuple(violations))


def _violation(found: Any) -> Violation:
    path = _path(found.field.elements) if found.field else ""
    return Violation(field=path, rule=found.rule_id, message=found.message)


def _path(elements: Sequence[Any]) -> str:
    """The field's path, with the place of an object in its list: columns[0].field; a list of texts is one field."""
    *outer, last = elements
    return ".".join([*map(_step, outer), last.field_name])


def _step(element: Any) -> str:
    place = element.subscript
    return f"{element.field_name}[{place.value}]" if place and place.field == "index" else str(element.field_name)


def _masked(path: str, mask: list[str]) -> bool:
    """Whether a violation is inside the mask; mask paths are relative to the updated resource."""
    _, _, inner = path.partition(".")
    return not inner or any(inner == field or inner.startswith((f"{field}.", f"{field}[")) for field in mask)
