"""Whether somebody who asks for a customer means a known one: he tells one thing of it, and that decides."""

from trade.duplicates.evidence import CONFLICTS
from trade.duplicates.scoring import Match

# One of these, and nothing against it, and it is the same customer, however little else is known.
_SAME = frozenset({"credit_code_same", "company_same", "mobile_same", "extension_same", "email_same"})
_NAME_WITHOUT_PLACE = "DUPLICATE_COMPANY_SAME_PLACE_OPEN"


def is_same(match: Match) -> bool:
    """Whether one thing the two have in common says that they are one, and nothing says that they are not."""
    names = {name for name, _ in match.evidence}
    return bool(names & _SAME) and not names & CONFLICTS


def is_meant(match: Match) -> bool:
    """Whether it is the same, or has the same name without its place."""
    return is_same(match) or any(reason.code == _NAME_WITHOUT_PLACE for reason in match.reasons)
