"""Where a lead stands in its life."""

from enum import Enum


class LeadState(Enum):
    """Where a lead stands in its life."""

    NEW = "new"
    QUALIFIED = "qualified"
    DISQUALIFIED = "disqualified"
    # Pipeline is being asked to take it over.
    CONVERTING = "converting"
    CONVERTED = "converted"
    # Another lead of the same customer has taken its place.
    MERGED = "merged"
    # Taken back with the import that made it.
    WITHDRAWN = "withdrawn"


# Somebody still has to work these.
OPEN_STATES = frozenset({LeadState.NEW, LeadState.QUALIFIED})
