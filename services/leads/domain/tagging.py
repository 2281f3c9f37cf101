"""Tags (标签): free words to find leads by."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from kernel.errors import Kind, Refusal
from services.leads.domain.facts import LeadFacts

# As many as the contract lets anybody enter.
MOST_TAGS = 50


@dataclass(eq=False, kw_only=True)
class LeadTagsTooMany(Refusal):
    """The lead would have more tags than one may have."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_TAGS_TOO_MANY"

    most: int = MOST_TAGS


def tagged(facts: LeadFacts, *, add: Sequence[str] = (), remove: Collection[str] = ()) -> LeadFacts:
    """The facts with some tags more and some less; those that stay keep their order. Raises LeadTagsTooMany."""
    kept = [tag for tag in facts.tags if tag not in remove]
    tags = tuple(dict.fromkeys([*kept, *add]))
    if len(tags) > max(MOST_TAGS, len(facts.tags)):
        raise LeadTagsTooMany
    return replace(facts, tags=tags)
