"""How often chance alone would divide cases as unevenly as they are: Fisher's exact test."""

from collections.abc import Iterator, Mapping
from itertools import accumulate, takewhile

# Tables as likely as the one found count as such, whatever the last digits of their weights say.
_TIE = 1 + 1e-7


def fisher(*, won_with: int, won_without: int, lost_with: int, lost_without: int) -> float:
    """The two-sided p-value of a table of two by two (R. A. Fisher, 1935).

    That is the share, by the hypergeometric distribution, of all tables with the same margins that are no more likely
    than the one found.
    """
    won, everything = won_with + won_without, won_with + won_without + lost_with + lost_without
    weights = _tables(with_it=won_with + lost_with, won=won, everything=everything)
    found = weights.get(won_with, 0.0)
    return sum(each for each in weights.values() if each <= found * _TIE) / sum(weights.values())


def _tables(*, with_it: int, won: int, everything: int) -> Mapping[int, float]:
    """How likely each number of those won with it is, against the likeliest.

    Each weight follows from its neighbour, so that no number grows large; what is too small for a number is left out.
    """
    least, most = max(0, with_it + won - everything), min(with_it, won)
    likeliest = min(max((with_it + 1) * (won + 1) // (everything + 2), least), most)

    def step(at: int) -> float:
        """The weight of one more than `at`, against that of `at`."""
        return (with_it - at) * (won - at) / ((at + 1) * (everything - with_it - won + at + 1))

    above = _weights(step(at) for at in range(likeliest, most))
    below = _weights(1 / step(at) for at in range(likeliest - 1, least - 1, -1))
    return {
        **dict(zip(range(likeliest, least - 1, -1), below, strict=False)),
        **dict(zip(range(likeliest, most + 1), above, strict=False)),
    }


def _weights(ratios: Iterator[float]) -> Iterator[float]:
    """1, and each further weight by its ratio to the one before, until nothing is left."""
    return takewhile(bool, accumulate(ratios, lambda weight, ratio: weight * ratio, initial=1.0))
