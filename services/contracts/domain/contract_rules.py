"""What administrators decide about contracts: their numbers, and how long a customer may sign."""

from collections.abc import Mapping
from dataclasses import dataclass

from trade.rule_body import RuleBody


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractRules:
    """The rules of contracts in force."""

    number_prefix: str
    number_digits: int
    link_days: int
    attempts: int

    @classmethod
    def from_mapping(cls, body: Mapping[str, object]) -> "ContractRules":
        """Read the rules from their stored form; raises RuleBodyInvalid that names the wrong place."""
        whole = RuleBody(body).only("number", "signature")
        number = whole.section("number").only("prefix", "digits")
        signature = whole.section("signature").only("link_days", "attempts")
        return cls(
            number_prefix=number.text("prefix"),
            number_digits=number.whole("digits", least=1, most=12),
            link_days=signature.whole("link_days", least=1, most=365),
            attempts=signature.whole("attempts", least=1, most=20),
        )

    def number(self, *, year: int, running: int) -> str:
        """The number of a contract, for example HT-2026-000123."""
        return f"{self.number_prefix}-{year}-{running:0{self.number_digits}}"
