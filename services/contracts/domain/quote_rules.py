"""What administrators decide about quotes: their numbers, and how long they hold."""

from collections.abc import Mapping
from dataclasses import dataclass

from trade.rule_body import RuleBody


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRules:
    """The rules of quotes in force."""

    number_prefix: str
    number_digits: int
    validity_days: int

    @classmethod
    def from_mapping(cls, body: Mapping[str, object]) -> "QuoteRules":
        """Read the rules from their stored form; raises RuleBodyInvalid that names the wrong place."""
        whole = RuleBody(body).only("number", "validity")
        number = whole.section("number").only("prefix", "digits")
        return cls(
            number_prefix=number.text("prefix"),
            number_digits=number.whole("digits", least=1, most=12),
            validity_days=whole.section("validity").only("days").whole("days", least=1, most=3650),
        )

    def number(self, *, year: int, running: int) -> str:
        """The number of a quote, for example QT-2026-000123."""
        return f"{self.number_prefix}-{year}-{running:0{self.number_digits}}"
