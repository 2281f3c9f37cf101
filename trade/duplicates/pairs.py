"""Every pair of a list of records that may be one customer: what the services do record by record, in one call."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from trade.duplicates.blocking import blocking_keys
from trade.duplicates.fingerprint import Fingerprint, Identity, fingerprint
from trade.duplicates.rules import DuplicateRules
from trade.duplicates.scoring import Band, score

# What more records share tells nothing apart: a hotline, a holding's domain, the brand 华信.
_MOST_OF_ONE_KEY = 200
_DEFAULTS = DuplicateRules()


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records by their places in the list, `one` before `other`; the score from 0 to 1 and its band."""

    one: int
    other: int
    score: float
    band: Band


def find_pairs(records: Iterable[Identity], rules: DuplicateRules = _DEFAULTS) -> list[Pair]:
    """The pairs worth a word (查重), in the order of the list; `LIKELY` and `SAME` are found, `POSSIBLE` is a hint."""
    prints = [fingerprint(each, rules) for each in records]
    found = []
    for one, other in sorted(candidates(prints, rules)):
        match = score(prints[one], prints[other], rules)
        if match.band is not None:
            found.append(Pair(one, other, match.score, match.band))
    return found


def candidates(prints: Iterable[Fingerprint], rules: DuplicateRules) -> set[tuple[int, int]]:
    """The pairs that share a key, by their places; no others are compared."""
    blocks: dict[str, list[int]] = defaultdict(list)
    for place, each in enumerate(prints):
        for key in blocking_keys(each, rules):
            blocks[key].append(place)
    return set(_together(blocks.values()))


def _together(blocks: Iterable[list[int]]) -> Iterator[tuple[int, int]]:
    for block in blocks:
        if len(block) <= _MOST_OF_ONE_KEY:
            yield from combinations(block, 2)
