"""What administrators decide about opportunities: what deserves attention, and why business is lost and won."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kernel.errors import InvalidField
from kernel.money import minor_digits
from services.pipeline.domain.opportunity import Opportunity, OpportunityState
from trade.rule_body import RuleBody

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_YEAR = 366
_MOST_UNITS = 1_000_000_000


@dataclass(eq=False, kw_only=True)
class LossReasonUnknown(InvalidField):
    """The rules know no such reason to lose."""

    reason = "LOSS_REASON_UNKNOWN"

    loss_reason: str
    field: str = "loss_reason"


@dataclass(eq=False, kw_only=True)
class WinReasonUnknown(InvalidField):
    """The rules know no such reason to win."""

    reason = "WIN_REASON_UNKNOWN"

    win_reason: str
    field: str = "win_reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpportunityRules:
    """The rules of opportunities in force.

    Reasons to lose and to win by key, with their names in Chinese and English; classes of worth, the highest first,
    with the least amount × probability of each in units of the currency.
    """

    missed_quote_days: int
    forgotten_follow_up_days: int
    loss_reasons: Mapping[str, tuple[str, str]]
    win_reasons: Mapping[str, tuple[str, str]]
    value_classes: tuple[tuple[str, int], ...]

    @classmethod
    def from_mapping(cls, body: Mapping[str, object]) -> "OpportunityRules":
        """Read the rules from their stored form; raises RuleBodyInvalid that names the wrong place."""
        whole = RuleBody(body).only("attention", "loss_reasons", "win_reasons", "value_classes")
        attention = whole.section("attention").only("missed_quote_days", "forgotten_follow_up_days")
        return cls(
            missed_quote_days=attention.whole("missed_quote_days", least=1, most=_YEAR),
            forgotten_follow_up_days=attention.whole("forgotten_follow_up_days", least=1, most=_YEAR),
            loss_reasons=_reasons(whole, "loss_reasons"),
            win_reasons=_reasons(whole, "win_reasons"),
            value_classes=_classes(whole.section("value_classes")),
        )

    def class_of(self, opportunity: Opportunity, *, minor: int) -> str:
        """Its class by amount × probability, told in minor units: the first it reaches; none without an amount."""
        amount = opportunity.facts.amount
        if amount is None:
            return ""
        unit = 10 ** minor_digits(amount.currency)
        return next((key for key, least in self.value_classes if minor >= least * unit), "")

    def known_loss_reason(self, key: str) -> str:
        """The key; raises LossReasonUnknown."""
        if key not in self.loss_reasons:
            raise LossReasonUnknown(loss_reason=key)
        return key

    def known_win_reason(self, key: str) -> str:
        """The key; raises WinReasonUnknown."""
        if key not in self.win_reasons:
            raise WinReasonUnknown(win_reason=key)
        return key

    def cutoffs(self, *, now: datetime, today: date) -> "Cutoffs":
        """The instants before which things have waited too long, as of now."""
        return Cutoffs(
            rules=self,
            now=now,
            today=today,
            unquoted=now - timedelta(days=self.missed_quote_days),
            unfollowed=now - timedelta(days=self.forgotten_follow_up_days),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutoffs:
    """Since when the need may be confirmed without a quote, and a quote stand without a follow-up, by the rules."""

    rules: OpportunityRules
    now: datetime
    today: date
    unquoted: datetime
    unfollowed: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """What about an open opportunity wants to be looked at; the list filters by the same rules in SQL."""

    rotting: bool
    overdue: bool
    missed_quote: bool
    forgotten_follow_up: bool


def attention(opportunity: Opportunity, cutoffs: Cutoffs) -> Attention:
    """What deserves attention now; nothing about one that is won or lost."""
    is_open = opportunity.state is OpportunityState.OPEN
    closing, rots = opportunity.facts.expected_close_date, opportunity.standing.rot_time
    confirmed, quoted = opportunity.need_confirmed_time, opportunity.quoted_time
    return Attention(
        rotting=is_open and rots is not None and rots < cutoffs.now,
        overdue=is_open and closing is not None and closing < cutoffs.today,
        missed_quote=is_open
        and opportunity.first_quoted_time is None
        and confirmed is not None
        and confirmed < cutoffs.unquoted,
        forgotten_follow_up=is_open and quoted is not None and opportunity.follow_up_time < cutoffs.unfollowed,
    )


def _classes(told: RuleBody) -> tuple[tuple[str, int], ...]:
    """The classes, the highest first."""
    found = {key: told.whole(key, least=0, most=_MOST_UNITS) for key in told.content}
    return tuple(sorted(found.items(), key=lambda each: -each[1]))


def _reasons(whole: RuleBody, key: str) -> Mapping[str, tuple[str, str]]:
    """The names of each reason in a section; there is at least one."""
    reasons = whole.section(key)
    for each in reasons.content:
        if not _KEY.fullmatch(each):
            raise reasons.wrong(each, "word")
    if not reasons.content:
        raise whole.wrong(key, "empty")
    return {each: _names(reasons.section(each)) for each in reasons.content}


def _names(reason: RuleBody) -> tuple[str, str]:
    told = reason.only("name_zh", "name_en")
    return told.text("name_zh"), told.text("name_en")
