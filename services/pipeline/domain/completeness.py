"""How much is known of a customer (资料完整度): a share by weight, and what is missing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.pipeline.domain.account import Account
from trade.reasons import Reason
from trade.rule_body import RuleBody

_MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPeople:
    """What the live contacts of an account add to what is known of it."""

    decision_maker: bool = False
    reachable: bool = False


NOBODY = KnownPeople()

_FACTS: Mapping[str, Callable[[Account, KnownPeople], bool]] = {
    "industry": lambda account, _: bool(account.facts.industry),
    "employee_count": lambda account, _: account.facts.employee_count > 0,
    "credit_code": lambda account, _: bool(account.facts.credit_code),
    "region": lambda account, _: account.ownership.region is not None,
    "address": lambda account, _: bool(account.facts.address),
    "website": lambda account, _: bool(account.facts.website),
    "tier": lambda account, _: bool(account.facts.tier),
    "tags": lambda account, _: bool(account.facts.tags),
    "decision_maker": lambda _, people: people.decision_maker,
    "contact_means": lambda account, people: bool(people.reachable or account.facts.phone or account.facts.email),
}
# What nobody asks of a person who buys by himself.
_OF_FIRMS = frozenset({"employee_count", "credit_code", "website", "decision_maker"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletenessRules:
    """What the house wants to know of a customer, the weightiest first; what is not listed is not asked for."""

    weights: tuple[tuple[str, int], ...]

    @classmethod
    def from_mapping(cls, body: Mapping[str, object]) -> "CompletenessRules":
        """Read the rules from their stored form; raises RuleBodyInvalid."""
        whole = RuleBody(body).only("weights")
        told = whole.section("weights").only(*_FACTS)
        weights = {fact: told.whole(fact, least=1, most=_MOST) for fact in told.content}
        if not weights.keys() - _OF_FIRMS:
            raise whole.wrong("weights", "nothing_of_persons")
        return cls(weights=tuple(sorted(weights.items(), key=lambda each: -each[1])))


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """The share that is known in percent, cut to a whole number, and what is missing, the weightiest first."""

    percent: int
    missing: tuple[Reason, ...]


def completeness(account: Account, people: KnownPeople, rules: CompletenessRules) -> Completeness:
    """How much is known of an account; of a person nobody asks what only firms have."""
    asked = [(fact, weight) for fact, weight in rules.weights if not (account.facts.person and fact in _OF_FIRMS)]
    missing = [(fact, weight) for fact, weight in asked if not _FACTS[fact](account, people)]
    total, lacking = (sum(weight for _, weight in each) for each in (asked, missing))
    return Completeness(
        percent=(total - lacking) * 100 // total,
        missing=tuple(Reason("ACCOUNT_FACT_MISSING", {"fact": fact}) for fact, _ in missing),
    )
