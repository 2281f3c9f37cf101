"""Duplicates among the people of FEBRL 1 to 4 are found at the default weights, without training."""

from collections import defaultdict
from itertools import combinations

import pytest

from tests.support.febrl import febrl
from trade.address import Address
from trade.duplicates import Band, CustomField, DuplicateRules, Fingerprint, Identity, blocking_keys, fingerprint, score

RULES = DuplicateRules(
    custom_fields=(CustomField(name="date_of_birth", similar=True), CustomField(name="soc_sec_id", similar=True))
)


def identity_of(row: dict[str, str]) -> Identity:
    return Identity(
        contact_name=row["contact_name"],
        address=Address(
            street_number=row["street_number"],
            line_1=row["address_1"],
            line_2=row["address_2"],
            district=row["district"],
            province=row["province"],
            postal_code=row["postal_code"],
        ),
        custom={name: row[name] for name in ("date_of_birth", "soc_sec_id")},
    )


def band_of(prints: dict[str, Fingerprint], pair: frozenset[str]) -> Band | None:
    one, other = pair
    return score(prints[one], prints[other], RULES).band


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_nearly_all_people_listed_twice_are_found_and_hardly_any_others(number: int) -> None:
    data = febrl(number)
    prints = {row["external_id"]: fingerprint(identity_of(row), RULES) for row in data.rows}
    blocks = defaultdict(set)
    for name, each in prints.items():
        for key in blocking_keys(each, RULES):
            blocks[key].add(name)
    candidates = {frozenset(pair) for names in blocks.values() for pair in combinations(sorted(names), 2)}

    found = {pair for pair in candidates if band_of(prints, pair) in {Band.SAME, Band.LIKELY}}

    right = len(found & data.pairs)
    precision, recall = right / len(found), right / len(data.pairs)
    f1 = 2 * precision * recall / (precision + recall)
    reachable = len(candidates & data.pairs) / len(data.pairs)
    figures = f"precision {precision:.4f} recall {recall:.4f} f1 {f1:.4f}"
    print(f"febrl{number} {figures}, {reachable:.4f} within reach of {len(candidates)} candidates")  # noqa: T201 - the figures are asked for
    assert f1 >= 0.99
