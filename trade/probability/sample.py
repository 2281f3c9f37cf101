"""How many records with known outcomes anything may be learnt from (最少样本量), and how many are kept to judge by."""

FEWEST = 50
FEWEST_OF_EACH = 10
LATER = 0.2


class TooFewOutcomes(Exception):  # noqa: N818 - says what happened
    """Fewer than fifty known outcomes, or fewer than ten of one kind: nothing honest can be learnt."""


def refuse_too_few(*, outcomes: int, wins: int) -> None:
    """Raise TooFewOutcomes below the minimum."""
    if outcomes < FEWEST or min(wins, outcomes - wins) < FEWEST_OF_EACH:
        raise TooFewOutcomes(f"{outcomes} outcomes, {wins} of them won")


def earlier_of(records: int) -> int:
    """How many of records, the oldest first, the judged model learns from; the others, the last fifth, judge it."""
    return records - int(records * LATER)
