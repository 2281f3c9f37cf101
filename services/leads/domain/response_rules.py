"""The rules of the first response (首次响应规则), as administrators edit them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b

from services.leads.domain.follow_up_kinds import FollowUpOutcome
from services.leads.domain.lead import GRADE_LETTERS
from services.leads.domain.response import Terms
from trade.rule_body import RuleBody

# Ten weeks of eight hours a day.
_MOST = 24_000
_WEEK_OF_MINUTES = 7 * 24 * 60
_MOST_OWNERS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseRules:
    """What answers a customer, how late it may be told, and how soon a lead of each grade is to be answered.

    By itself a lead goes to somebody else `reassign_at_most` times.
    """

    answered_by: frozenset[FollowUpOutcome]
    told_within: timedelta
    reassign_at_most: int
    terms: Mapping[str, Terms]

    @classmethod
    def from_mapping(cls, body: Mapping[str, object]) -> "ResponseRules":
        """Read the rules from their stored form; raises RuleBodyInvalid that names the wrong place."""
        whole = RuleBody(body).only("answered_by", "told_within_minutes", "reassign_at_most", "grades")
        answered_by = whole.choices("answered_by", [each.value for each in FollowUpOutcome], absent=None)
        if not answered_by:
            raise whole.wrong("answered_by", "texts")
        grades = whole.section("grades").only(*GRADE_LETTERS)
        return cls(
            answered_by=frozenset(map(FollowUpOutcome, answered_by)),
            told_within=timedelta(minutes=whole.whole("told_within_minutes", least=0, most=_WEEK_OF_MINUTES)),
            reassign_at_most=whole.whole("reassign_at_most", least=0, most=_MOST_OWNERS),
            terms={letter: _terms(grades.section(letter)) for letter in GRADE_LETTERS if letter in grades.content},
        )

    @property
    def mark(self) -> str:
        """What tells rules from others of the same version: a release may ship others as version 0."""
        return blake2b(repr(sorted(self.terms.items(), key=repr)).encode(), digest_size=4).hexdigest()


def _terms(section: RuleBody) -> Terms:
    """The terms of a grade: warned before the deadline, escalated and re-assigned at the earliest when it is over."""
    section.only("due", "warn", "escalate", "reassign")
    due = section.whole("due", least=1, most=_MOST)
    warn, escalate, reassign = (_minutes(section, key) for key in ("warn", "escalate", "reassign"))
    if warn is not None and warn >= due:
        raise section.wrong("warn", "not_before_due", due=due)
    for key, minutes in (("escalate", escalate), ("reassign", reassign)):
        if minutes is not None and minutes < due:
            raise section.wrong(key, "before_due", due=due)
    return Terms(due=due, warn=warn, escalate=escalate, reassign=reassign)


def _minutes(section: RuleBody, key: str) -> int | None:
    return section.whole(key, least=1, most=_MOST) if key in section.content else None
