"""The rules of qualification (线索甄别规则), as administrators edit them."""

from collections.abc import Mapping
from dataclasses import dataclass

from kernel.errors import InvalidField
from trade.rule_body import RuleBody, refuse_twice

_HEAVIEST = 100


@dataclass(eq=False, kw_only=True)
class DisqualifyReasonUnknown(InvalidField):
    """The reason is none of those the rules offer."""

    reason = "DISQUALIFY_REASON_UNKNOWN"

    field: str = "reason"
    code: str


@dataclass(eq=False, kw_only=True)
class ChecklistItemUnknown(InvalidField):
    """The checklist has no such item, or none any more."""

    reason = "CHECKLIST_ITEM_UNKNOWN"

    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistItem:
    """What an ideal customer has (理想客户画像): how much it weighs, whether he must have it, and what shows it.

    `condition` is CEL over the facts of grade rules; empty where only a person can say.
    """

    code: str
    title: str
    title_en: str
    weight: int
    must: bool
    condition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisqualifyReason:
    """Why leads are judged not worth selling to; an English reader is told the English title where there is one."""

    code: str
    title: str
    title_en: str
    offered: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationRules:
    """The checklist, from how many per cent on a lead is qualified, and the reasons why one is not.

    `touch_reopens`: a new contact of the customer opens a lead again that was judged not worth selling to.
    """

    items: tuple[ChecklistItem, ...]
    reasons: tuple[DisqualifyReason, ...]
    qualified_from: int
    touch_reopens: bool

    @classmethod
    def from_mapping(cls, body: Mapping[str, object]) -> "QualificationRules":
        """Read the rules from their stored form; raises RuleBodyInvalid that names the wrong place."""
        whole = RuleBody(body).only("items", "reasons", "qualified_from", "touch_reopens")
        items, reasons = whole.sections("items"), whole.sections("reasons", absent=None)
        refuse_twice(items, "code")
        refuse_twice(reasons, "code")
        return cls(
            items=tuple(_item(section) for section in items),
            reasons=tuple(_reason(section) for section in reasons),
            qualified_from=whole.whole("qualified_from", least=0, most=100),
            touch_reopens=whole.truth("touch_reopens"),
        )

    @property
    def offered(self) -> tuple[DisqualifyReason, ...]:
        """The reasons somebody may give now."""
        return tuple(each for each in self.reasons if each.offered)

    def reason_of(self, code: str) -> DisqualifyReason:
        """The reason somebody gives; raises DisqualifyReasonUnknown."""
        for each in self.offered:
            if each.code == code:
                return each
        raise DisqualifyReasonUnknown(code=code)

    def check_item(self, code: str, *, field: str) -> None:
        """Pass for an item of the checklist; raises ChecklistItemUnknown."""
        if code not in {each.code for each in self.items}:
            raise ChecklistItemUnknown(field=field, item=code)


def _item(section: RuleBody) -> ChecklistItem:
    section.only("code", "title", "title_en", "weight", "must", "condition")
    return ChecklistItem(
        code=section.text("code"),
        title=section.text("title"),
        title_en=section.text("title_en", absent=""),
        weight=section.whole("weight", least=0, most=_HEAVIEST),
        must=section.truth("must", absent=False),
        condition=section.text("condition", absent=""),
    )


def _reason(section: RuleBody) -> DisqualifyReason:
    section.only("code", "title", "title_en", "offered")
    return DisqualifyReason(
        code=section.text("code"),
        title=section.text("title"),
        title_en=section.text("title_en", absent=""),
        offered=section.truth("offered", absent=True),
    )
