"""The private look-up (查重查询): a rep learns whether a customer is known, and whom to ask; how often he may."""

from collections.abc import Mapping
from dataclasses import dataclass

from kernel.errors import InvalidField, Kind, Refusal
from trade.rule_body import RuleBody

_MOST = 100_000


@dataclass(eq=False, kw_only=True)
class LookUpUnclear(InvalidField):
    """A customer is looked up by one thing that is told of him, and that says something."""

    reason = "LOOK_UP_UNCLEAR"

    field: str = "company_name"


@dataclass(eq=False, kw_only=True)
class LookUpCapReached(Refusal):
    """The caller has asked as often as a day allows."""

    kind = Kind.TOO_MANY
    reason = "LOOK_UP_CAP_REACHED"

    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpRules:
    """How often a member may ask in a calendar day."""

    daily: int

    @classmethod
    def from_mapping(cls, body: Mapping[str, object]) -> "LookUpRules":
        """Read the rules from their stored form; raises RuleBodyInvalid."""
        section = RuleBody(body).only("look_up").section("look_up").only("daily")
        return cls(daily=section.whole("daily", least=1, most=_MOST))
