"""Undoing what was written over a lead's facts: by a merge, or by the rows of a file.

The rule, field by field: what is as the change left it becomes what it was before; what was made of it since stays.
What the customer told since at further contacts counts as if the change had never been. Tags and custom fields are
looked at one by one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from services.leads.domain.facts import LeadFacts

T = TypeVar("T")
# One of them says who the customer is; where somebody cleared all that was left, what stands stays.
_IDENTITY = ("company_name", "contact_name", "phone", "email")


def facts_without(
    before: LeadFacts, after: LeadFacts, present: LeadFacts, *, told_since: Iterable[LeadFacts]
) -> LeadFacts:
    """The present facts without a change, by what they were `before` and `after` it.

    `told_since` is what the customer told at contacts that followed it, the oldest first.
    """
    for told in told_since:
        before, after = before.with_signs_of(told), after.with_signs_of(told)
    plain: dict[str, Any] = {
        name: untouched(getattr(before, name), getattr(after, name), getattr(present, name))
        for name in (each.name for each in fields(LeadFacts))
        if name not in {"tags", "custom"}
    }
    if not any(plain[name] for name in _IDENTITY):
        plain |= {name: getattr(present, name) for name in _IDENTITY}
    brought = set(after.tags) - set(before.tags)
    tags = tuple(tag for tag in present.tags if tag not in brought)
    return replace(present, **plain, tags=tags, custom=_custom_without(before.custom, after.custom, present.custom))


def untouched(before: T, after: T, present: T) -> T:
    """What was before the change, where it is as the change left it; else what somebody made of it since."""
    return before if present == after else present


def _custom_without(before: Mapping[str, str], after: Mapping[str, str], present: Mapping[str, str]) -> dict[str, str]:
    keys = dict.fromkeys([*before, *present])
    kept = {key: untouched(before.get(key), after.get(key), present.get(key)) for key in keys}
    return {key: value for key, value in kept.items() if value is not None}
