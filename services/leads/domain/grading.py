"""Grading (线索分级): an editable list of rules, the first that holds decides."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from typing import Literal
from zoneinfo import ZoneInfo

from kernel.money import Money
from services.leads.domain.facts import LeadFacts
from services.leads.domain.lead import GRADE_LETTERS, Grade
from trade.reasons import Reason
from trade.rule_body import RuleBody, refuse_twice

FactType = Literal["string", "int", "bool", "strings", "mapping"]

# The words a condition may use, with their types; the order is the one explanations are given in.
GRADE_FACTS: Mapping[str, FactType] = {
    "demo_within_days": "int",
    "budget_known": "bool",
    "budget_currency": "string",
    "budget_min": "int",
    "budget_max": "int",
    "budget_min_minor": "int",
    "budget_max_minor": "int",
    "urgency": "string",
    "industry": "string",
    "employee_count": "int",
    "channel": "string",
    "tags": "strings",
    "custom": "mapping",
}
# Counts up when a grade is explained otherwise than before: known leads are then graded anew.
REASON_SCHEME = 2
# What a reason is about that tells of the budget: the contract hides it from whoever may not see money.
_BUDGET = "budget"
_CURRENCY = "budget_currency"
_AMOUNTS = frozenset({"budget_min", "budget_max", "budget_min_minor", "budget_max_minor"})


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeRule:
    """One rule: a CEL condition over the grade facts, and the grade it gives.

    An English reader is told the English title where there is one.
    """

    code: str
    title: str
    title_en: str = ""
    grade: Grade
    condition: str

    @property
    def titles(self) -> Mapping[str, str]:
        """The parameters by which a reason names the rule."""
        return {"rule": self.title, "rule_en": self.title_en} if self.title_en else {"rule": self.title}

    def to_mapping(self) -> dict[str, object]:
        """The stored form."""
        english = {"title_en": self.title_en} if self.title_en else {}
        told = {"code": self.code, "title": self.title, **english}
        return {**told, "grade": self.grade.value, "condition": self.condition}


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeRules:
    """The rules in the order they are tried, and the grade when none holds."""

    rules: tuple[GradeRule, ...]
    otherwise: Grade = Grade.D

    @classmethod
    def from_mapping(cls, body: Mapping[str, object]) -> "GradeRules":
        """Read the rules from their stored form; raises RuleBodyInvalid that names the wrong place."""
        whole = RuleBody(body).only("rules", "otherwise")
        sections = whole.sections("rules", absent=None)
        rules = tuple(_rule(section) for section in sections)
        refuse_twice(sections, "code")
        return cls(rules=rules, otherwise=_grade(whole, "otherwise", absent="D"))

    def to_mapping(self) -> dict[str, object]:
        """The stored form."""
        return {"rules": [rule.to_mapping() for rule in self.rules], "otherwise": self.otherwise.value}


def rules_mark(rules: GradeRules) -> str:
    """What tells rules from others of the same version: a release may ship others as version 0."""
    return blake2b(repr(rules).encode(), digest_size=4).hexdigest()


def grade_facts(facts: LeadFacts, *, channel: str, now: datetime, zone: ZoneInfo) -> dict[str, object]:
    """What a condition sees of a lead; days are business days' dates in the installation's time zone.

    `demo_within_days` counts calendar days since the demo was asked for, 0 today, -1 never. `channel` is the
    kind of the channel ("website", "exhibition" …). `budget_min` and `budget_max` are whole units (元) of
    `budget_currency`, what is less than one cut off; those in minor units (分) are of before. 0 and "" when not given.
    """
    least, most = facts.budget.least, facts.budget.most
    return {
        "demo_within_days": _days_since(facts.demo_request_time, now, zone),
        "budget_known": facts.budget.is_clear,
        "budget_currency": facts.budget.currency or "",
        "budget_min": int(least.decimal()) if least else 0,
        "budget_max": int(most.decimal()) if most else 0,
        "budget_min_minor": least.minor if least else 0,
        "budget_max_minor": most.minor if most else 0,
        "urgency": facts.urgency.value,
        "industry": facts.industry,
        "employee_count": facts.employee_count,
        "channel": channel,
        "tags": list(facts.tags),
        "custom": dict(facts.custom),
    }


def demo_day(facts: LeadFacts, *, zone: ZoneInfo) -> date | None:
    """The date of the installation's time zone on which a demo was last asked for; None when never."""
    asked = facts.demo_request_time
    return asked.astimezone(zone).date() if asked else None


def decide_grade(
    rules: GradeRules,
    seen: Mapping[str, object],
    *,
    demo_asked: date | None,
    holds: Callable[[str], bool | None],
    words: Callable[[str], Collection[str]],
) -> tuple[Grade, tuple[Reason, ...]]:
    """The grade of the first rule that holds, with the facts that rule speaks of as reasons.

    `holds` answers for a rule's code; None means that the condition could not be evaluated, which is told as a
    reason and counts as not holding. `words` names the facts a rule's condition uses. Reasons name the day
    `demo_asked` and not the days since, so that they stay true, and the same, when days pass.
    """
    broken: list[Reason] = []
    for rule in rules.rules:
        answer = holds(rule.code)
        if answer is None:
            broken.append(Reason("GRADE_RULE_NOT_EVALUABLE", {**rule.titles, **_about(words(rule.code))}))
        elif answer:
            named = words(rule.code)
            told = {**rule.titles, "code": rule.code, "grade": rule.grade.value, **_about(named)}
            reasons = [Reason("GRADE_RULE_HOLDS", told), *_fact_reasons(named, seen, demo_asked)]
            return rule.grade, tuple(reasons + broken)
    return rules.otherwise, (Reason("GRADE_NO_RULE_HOLDS", {"grade": rules.otherwise.value}), *broken)


def compares_any_currency(words: Collection[str]) -> bool:
    """Whether a condition speaks of amounts and not of their currency: 100,000 would be as much in won as in yuan."""
    return _CURRENCY not in words and not _AMOUNTS.isdisjoint(words)


def _days_since(asked: datetime | None, now: datetime, zone: ZoneInfo) -> int:
    if asked is None:
        return -1
    days = (now.astimezone(zone).date() - asked.astimezone(zone).date()).days
    return max(days, 0)


def _about(words: Collection[str]) -> Mapping[str, str]:
    """What the name of a rule may tell by the facts it speaks of."""
    return {"about": _BUDGET} if any(word.startswith(_BUDGET) for word in words) else {}


def _fact_reasons(words: Collection[str], seen: Mapping[str, object], demo_asked: date | None) -> Iterator[Reason]:
    """The facts a rule speaks of, each once; an amount in two units is one fact."""
    told = [word for word in GRADE_FACTS if word in words and word != "custom"]
    yield from dict.fromkeys(_fact_reason(word, seen, demo_asked) for word in told)


def _fact_reason(word: str, seen: Mapping[str, object], demo_asked: date | None) -> Reason:
    if word == "demo_within_days":
        return _demo_reason(demo_asked)
    if word in _AMOUNTS:
        return _amount_reason(word.removesuffix("_minor"), seen)
    value = seen[word]
    shown = (
        ", ".join(value) if isinstance(value, list) else str(value).lower() if isinstance(value, bool) else str(value)
    )
    return Reason(f"GRADE_FACT_{word.upper()}", {"value": shown})


def _amount_reason(bound: str, seen: Mapping[str, object]) -> Reason:
    """The bound as money; without a value where it was not given."""
    minor, currency = seen[f"{bound}_minor"], str(seen[_CURRENCY])
    shown = (
        f"{currency} {Money(minor=minor, currency=currency).decimal():,}" if isinstance(minor, int) and minor else ""
    )
    return Reason(f"GRADE_FACT_{bound.upper()}", {"value": shown})


def _demo_reason(asked: date | None) -> Reason:
    return Reason("GRADE_FACT_DEMO_ASKED", {"day": asked.isoformat()}) if asked else Reason("GRADE_FACT_DEMO_NEVER")


def _rule(section: RuleBody) -> GradeRule:
    section.only("code", "title", "title_en", "grade", "condition")
    return GradeRule(
        code=section.text("code"),
        title=section.text("title"),
        title_en=section.text("title_en", absent=""),
        condition=section.text("condition"),
        grade=_grade(section, "grade"),
    )


def _grade(section: RuleBody, key: str, *, absent: str | None = None) -> Grade:
    return Grade(section.choice(key, GRADE_LETTERS, absent=absent))
