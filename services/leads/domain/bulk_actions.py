"""What many leads may be changed by at once (批量操作): each action is what one lead could be changed by."""

from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignAction:
    """Give each lead to a member, with why in the words of whoever says so."""

    owner: UUID
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagAction:
    """Give each lead some tags, and take others from it."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionAction:
    """Put each lead into a region."""

    region: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class IndustryAction:
    """Put each lead into an industry, by whatever word people have for it."""

    industry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisqualifyAction:
    """Judge each lead not worth selling to, for the reason of a code."""

    code: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class DismissAction:
    """Hold each lead for another customer than all it is likely the same as."""


BulkAction: TypeAlias = AssignAction | TagAction | RegionAction | IndustryAction | DisqualifyAction | DismissAction
