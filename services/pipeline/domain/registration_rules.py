"""What administrators decide about registrations: thresholds of the pre-check, protection and its renewal."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from trade.rule_body import RuleBody

FOLLOW_UP_WORDS = ("first_contact", "need_confirmed", "quoting", "signing")
_YEARS = 3660


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRule:
    """When customer information counts as complete."""

    name_least: int
    person: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedRule:
    """When a need counts as clear."""

    least: int
    vague: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetRule:
    """Which budgets are usual, in units of the currency; `widest` is the most over the least."""

    least: int
    most: int
    widest: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingRule:
    """Which closing times are usual, in days."""

    soonest: int
    latest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRule:
    """In which follow-up states somebody must say what shows them."""

    evidence_in: frozenset[str]
    least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationRules:
    """The rules of registrations in force."""

    protection_days: int
    renewals: int
    renewal_days: int
    renewal_opens_days: int
    customer: CustomerRule
    need: NeedRule
    budget: BudgetRule
    closing: ClosingRule
    state: StateRule

    @classmethod
    def from_mapping(cls, body: Mapping[str, object]) -> "RegistrationRules":
        """Read the rules from their stored form; raises RuleBodyInvalid that names the wrong place."""
        whole = RuleBody(body).only("protection", "renewal", "criteria")
        renewal = whole.section("renewal").only("most", "days", "opens_days")
        criteria = whole.section("criteria").only("customer", "need", "budget", "closing", "state")
        return cls(
            protection_days=whole.section("protection").only("days").whole("days", least=1, most=_YEARS),
            renewals=renewal.whole("most", least=0, most=100),
            renewal_days=renewal.whole("days", least=1, most=_YEARS),
            renewal_opens_days=renewal.whole("opens_days", least=0, most=_YEARS),
            customer=_customer(criteria.section("customer")),
            need=_need(criteria.section("need")),
            budget=_budget(criteria.section("budget")),
            closing=_closing(criteria.section("closing")),
            state=_state(criteria.section("state")),
        )


def _customer(body: RuleBody) -> CustomerRule:
    body.only("name_least", "person")
    return CustomerRule(name_least=body.whole("name_least", least=1, most=200), person=body.truth("person"))


def _need(body: RuleBody) -> NeedRule:
    body.only("least", "vague")
    return NeedRule(least=body.whole("least", least=1, most=5000), vague=body.texts("vague"))


def _budget(body: RuleBody) -> BudgetRule:
    body.only("least", "most", "widest")
    least = body.whole("least", least=0, most=10**12)
    return BudgetRule(
        least=least,
        most=body.whole("most", least=least, most=10**12),
        widest=body.decimal("widest", least=Decimal(1), most=Decimal(10**6)),
    )


def _closing(body: RuleBody) -> ClosingRule:
    body.only("soonest", "latest")
    soonest = body.whole("soonest", least=0, most=_YEARS)
    return ClosingRule(soonest=soonest, latest=body.whole("latest", least=soonest, most=_YEARS))


def _state(body: RuleBody) -> StateRule:
    body.only("evidence_in", "least")
    words = body.choices("evidence_in", FOLLOW_UP_WORDS)
    return StateRule(evidence_in=words, least=body.whole("least", least=1, most=1000))
