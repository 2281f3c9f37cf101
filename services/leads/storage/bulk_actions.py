"""What many leads are changed by, as it lies in its JSON column."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from services.leads.domain.bulk_actions import (
    AssignAction,
    BulkAction,
    DismissAction,
    DisqualifyAction,
    IndustryAction,
    RegionAction,
    TagAction,
)

_READERS: Mapping[str, Callable[[Mapping[str, Any]], BulkAction]] = {
    "assign": lambda told: AssignAction(owner=UUID(told["owner"]), words=told["words"]),
    "tag": lambda told: TagAction(add=tuple(told["add"]), remove=tuple(told["remove"])),
    "region": lambda told: RegionAction(region=UUID(told["region"])),
    "industry": lambda told: IndustryAction(industry=told["industry"]),
    "disqualify": lambda told: DisqualifyAction(code=told["code"], note=told["note"]),
    "dismiss": lambda _: DismissAction(),
}


def action_to_json(action: BulkAction) -> Mapping[str, object]:
    """The action as an object that tells its kind."""
    match action:
        case AssignAction(owner=owner, words=words):
            return {"kind": "assign", "owner": owner, "words": words}
        case TagAction(add=add, remove=remove):
            return {"kind": "tag", "add": add, "remove": remove}
        case RegionAction(region=region):
            return {"kind": "region", "region": region}
        case IndustryAction(industry=industry):
            return {"kind": "industry", "industry": industry}
        case DisqualifyAction(code=code, note=note):
            return {"kind": "disqualify", "code": code, "note": note}
        case DismissAction():
            return {"kind": "dismiss"}


def action_from_json(column: Mapping[str, Any]) -> BulkAction:
    """The action in a column."""
    return _READERS[column["kind"]](column)


def without_words(column: Mapping[str, Any]) -> Mapping[str, object]:
    """The action as it stands in a column, without what somebody wrote."""
    return {**column, **{name: "" for name in ("words", "note") if name in column}}
