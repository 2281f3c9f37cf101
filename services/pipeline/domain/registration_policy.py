"""Which opportunities need no registration (报备豁免): one policy for conversion, entry by hand and partners."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from kernel.errors import Kind, Refusal
from kernel.money import Money, minor_digits
from trade.budget import Budget
from trade.industries import industry_codes
from trade.rule_body import RuleBody, refuse_twice

_MOST = 1_000_000_000
_CURRENCY_LETTERS = 3  # ISO 4217


class Way(Enum):
    """How an opportunity comes to us."""

    CONVERSION = "conversion"
    HAND = "hand"
    PARTNER = "partner"


@dataclass(eq=False, kw_only=True)
class RegistrationNeeded(Refusal):
    """The policy exempts nothing like this: an opportunity comes of a reviewed registration only."""

    kind = Kind.RULE_VIOLATION
    reason = "REGISTRATION_NEEDED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An opportunity that is about to be opened, as far as the policy looks at it."""

    way: Way
    budget: Budget
    tier: str = ""
    industry: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """One case that needs no registration: every condition that is stated must hold."""

    key: str
    ways: frozenset[Way]
    below: Money | None = None
    tiers: frozenset[str] = frozenset()
    industries: frozenset[str] = frozenset()

    def covers(self, entry: Entry) -> bool:
        """Whether it applies; an amount equal to the limit is not below it."""
        return (
            entry.way in self.ways
            and (self.below is None or _spends_below(entry.budget, self.below))
            and (not self.tiers or entry.tier in self.tiers)
            and (not self.industries or entry.industry in self.industries)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationPolicy:
    """The exemptions, in order."""

    exemptions: tuple[Exemption, ...]

    def exemption(self, entry: Entry) -> Exemption:
        """The first that applies; raises RegistrationNeeded."""
        found = next((each for each in self.exemptions if each.covers(entry)), None)
        if found is None:
            raise RegistrationNeeded
        return found

    @classmethod
    def from_mapping(cls, body: Mapping[str, object]) -> "RegistrationPolicy":
        """Read the policy from its stored form; raises RuleBodyInvalid."""
        whole = RuleBody(body).only("exemptions")
        sections = whole.sections("exemptions")
        exemptions = tuple(_exemption(section) for section in sections)
        refuse_twice(sections, "key")
        return cls(exemptions=exemptions)


def _spends_below(budget: Budget, limit: Money) -> bool:
    told = budget.most or budget.least
    return told is not None and told.currency == limit.currency and told.minor < limit.minor


def _exemption(section: RuleBody) -> Exemption:
    section.only("key", "ways", "below", "currency", "tiers", "industries")
    ways = section.choices("ways", [way.value for way in Way])
    if not ways:
        raise section.wrong("ways", "empty")
    read = Exemption(
        key=section.text("key"),
        ways=frozenset(Way(each) for each in ways),
        below=_limit(section),
        tiers=frozenset(section.texts("tiers")),
        industries=frozenset(industry_codes(section.texts("industries"))),
    )
    if read.below is None and not read.tiers and not read.industries:
        raise section.wrong("below", "everything_exempt")
    return read


def _limit(section: RuleBody) -> Money | None:
    if "below" not in section.content:
        return None
    currency = section.text("currency")
    if len(currency) != _CURRENCY_LETTERS or not currency.isupper():
        raise section.wrong("currency", "currency")
    return Money(minor=section.whole("below", least=1, most=_MOST) * 10 ** minor_digits(currency), currency=currency)
