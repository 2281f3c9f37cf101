"""How the limits of recycling (回收) stand in a rule set: so many days for each rule, and for the warning before."""

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

from trade.pools.clock import Limits
from trade.rule_body import RuleBody

# Two years of work.
_MOST_DAYS = 500
R = TypeVar("R", bound=Enum)


def limits_from(section: RuleBody, rules: type[R]) -> Limits[R]:
    """The limits of one kind of record: one of them at least, and the warning before the sooner one.

    Raises RuleBodyInvalid that names the wrong place.
    """
    known = list(rules)
    section.only(*(rule.value for rule in known), "warn")
    days = {
        rule: section.whole(rule.value, least=1, most=_MOST_DAYS) for rule in known if rule.value in section.content
    }
    if not days:
        raise section.wrong(known[0].value, "whole", least=1, most=_MOST_DAYS)
    warn = section.whole("warn", least=0, most=_MOST_DAYS) if "warn" in section.content else 0
    soonest = min(days.values())
    if warn >= soonest:
        raise section.wrong("warn", "not_before_limit", limit=soonest)
    return Limits(days=days, warn=warn)


def canonical(limits: Mapping[str, Limits[R]]) -> str:
    """The limits as a text that differs where they do."""
    return repr(
        [
            (kind, [(rule.value, days) for rule, days in each.days.items()], each.warn)
            for kind, each in sorted(limits.items())
        ]
    )
