"""Tag groups (标签组): which tags an account may bear, how many of a group, and who or what sets them."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Literal

from kernel.errors import InvalidField, Kind, Refusal
from services.pipeline.domain.account import Account
from services.pipeline.domain.account_profile import Phase
from trade.rule_body import RuleBody, refuse_twice

FactType = Literal["string", "int", "bool", "strings"]

# The words a condition may use, with their types.
TAG_FACTS: Mapping[str, FactType] = {
    "industry": "string",
    "employee_count": "int",
    "person": "bool",
    "tier": "string",
    "words": "strings",
    "phase": "string",
    "order_count": "int",
    "days_since_order": "int",
    "from_lead": "bool",
    "in_pool": "bool",
}
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_HANDS, _RULES = "hand", "rule"


class Choice(Enum):
    """How many tags of a group an account bears."""

    SINGLE = "single"
    MULTIPLE = "multiple"


@dataclass(eq=False, kw_only=True)
class TagGroupUnknown(InvalidField):
    """The house has no such group of tags."""

    reason = "TAG_GROUP_UNKNOWN"

    field: str = "group"


@dataclass(eq=False, kw_only=True)
class TagUnknown(InvalidField):
    """The group has no such tag."""

    reason = "TAG_UNKNOWN"

    field: str = "tags"
    tag: str


@dataclass(eq=False, kw_only=True)
class TagGroupSingle(InvalidField):
    """Of this group an account bears one tag at most."""

    reason = "TAG_GROUP_SINGLE"

    field: str = "tags"


@dataclass(eq=False, kw_only=True)
class TagGroupByRule(Refusal):
    """The tags of this group follow from what is known; nobody sets them."""

    kind = Kind.RULE_VIOLATION
    reason = "TAG_GROUP_BY_RULE"

    group: str


@dataclass(eq=False, kw_only=True)
class TagGroupNotYours(Refusal):
    """The tags of this group are set by some roles only."""

    kind = Kind.NOT_ALLOWED
    reason = "TAG_GROUP_NOT_YOURS"

    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """One tag; in a group by rule its condition in CEL over the tag facts."""

    key: str
    title: str
    title_en: str
    condition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagGroup:
    """Tags that belong together, in the order in which they are tried and shown; without `roles` all who may write."""

    key: str
    title: str
    title_en: str
    choice: Choice
    by_rule: bool
    roles: frozenset[str]
    tags: tuple[Tag, ...]

    def name(self, tag: str) -> str:
        """What a tag is told and found by, "group/tag"."""
        return f"{self.key}/{tag}"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its tags."""
        return tuple(self.name(tag.key) for tag in self.tags)


@dataclass(frozen=True, slots=True, kw_only=True)
class TagGroups:
    """The groups of the house."""

    groups: tuple[TagGroup, ...]

    @classmethod
    def from_mapping(cls, body: Mapping[str, object]) -> "TagGroups":
        """Read the groups from their stored form; raises RuleBodyInvalid that names the wrong place."""
        whole = RuleBody(body).only("groups")
        sections = whole.sections("groups", absent=None)
        groups = tuple(_group(section) for section in sections)
        refuse_twice(sections, "key")
        return cls(groups=groups)

    def set_by_hand(
        self, before: Collection[str], *, group: str, tags: Sequence[str], roles: Collection[str]
    ) -> tuple[str, ...]:
        """The tags set by hand after those of one group are these; `roles` are those of whoever sets them.

        Raises TagGroupUnknown, TagGroupByRule, TagGroupNotYours, TagUnknown, TagGroupSingle.
        """
        found = next((each for each in self.groups if each.key == group), None)
        if found is None:
            raise TagGroupUnknown
        if found.by_rule:
            raise TagGroupByRule(group=group)
        if found.roles and found.roles.isdisjoint(roles):
            raise TagGroupNotYours(group=group)
        wanted = {found.name(tag): tag for tag in tags}
        unknown = [tag for name, tag in wanted.items() if name not in found.names]
        if unknown:
            raise TagUnknown(tag=unknown[0])
        if found.choice is Choice.SINGLE and len(wanted) > 1:
            raise TagGroupSingle
        others = (name for name in before if not name.startswith(f"{group}/"))
        return tuple(sorted({*others, *wanted}))

    def standing(self, by_hand: Collection[str], *, holds: Callable[[str], bool | None]) -> tuple[str, ...]:
        """The tags an account bears: what was set by hand and the house still knows, and what follows by rule.

        `holds` answers for the condition of a tag by its name; what cannot be evaluated does not hold. Of a single
        group by rule the first tag that holds counts; of one that became single after several were set, the first.
        """
        found: list[str] = []
        for group in self.groups:
            borne = [name for name in group.names if (holds(name) if group.by_rule else name in by_hand)]
            found += borne[:1] if group.choice is Choice.SINGLE else borne
        return tuple(sorted(found))


def tag_facts(
    account: Account, *, phase: Phase, tier: str, order_count: int, last_order: date | None, today: date
) -> Mapping[str, object]:
    """What a condition sees of an account; `words` are the free tags, `days_since_order` is -1 of who never ordered."""
    facts = account.facts
    return {
        "industry": facts.industry,
        "employee_count": facts.employee_count,
        "person": facts.person,
        "tier": tier,
        "words": list(facts.tags),
        "phase": phase.value,
        "order_count": order_count,
        "days_since_order": max((today - last_order).days, 0) if last_order else -1,
        "from_lead": account.origin.lead is not None,
        "in_pool": account.ownership.owner is None,
    }


def _group(section: RuleBody) -> TagGroup:
    section.only("key", "title", "title_en", "choice", "set_by", "roles", "tags")
    by_rule = section.choice("set_by", (_HANDS, _RULES)) == _RULES
    roles = frozenset(section.texts("roles"))
    if by_rule and roles:
        raise section.wrong("roles", "roles_by_rule")
    told = section.sections("tags", absent=None)
    if not told:
        raise section.wrong("tags", "empty")
    tags = tuple(_tag(each, by_rule=by_rule) for each in told)
    refuse_twice(told, "key")
    return TagGroup(
        key=_key(section),
        title=section.text("title"),
        title_en=section.text("title_en"),
        choice=Choice(section.choice("choice", [each.value for each in Choice])),
        by_rule=by_rule,
        roles=roles,
        tags=tags,
    )


def _tag(section: RuleBody, *, by_rule: bool) -> Tag:
    section.only("key", "title", "title_en", *(("condition",) if by_rule else ()))
    return Tag(
        key=_key(section),
        title=section.text("title"),
        title_en=section.text("title_en"),
        condition=section.text("condition") if by_rule else "",
    )


def _key(section: RuleBody) -> str:
    key = section.text("key")
    if not _KEY.fullmatch(key):
        raise section.wrong("key", "word")
    return key


def conditions_of(groups: TagGroups) -> Iterable[tuple[str, str, str]]:
    """The condition of every tag by rule: its name, its place in the body, and itself."""
    for number, group in enumerate(groups.groups):
        if group.by_rule:
            for place, tag in enumerate(group.tags):
                yield group.name(tag.key), f"groups[{number}].tags[{place}].condition", tag.condition
