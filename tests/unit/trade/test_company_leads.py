"""Firms written in many ways are found at the default rules, without training, and their neighbours are let alone."""

from dataclasses import dataclass

import pytest

from tests.support.companies.stock import Stock, stock
from tests.support.companies.words import Half
from trade.duplicates import Band, DuplicateRules, fingerprint
from trade.duplicates.pairs import candidates, find_pairs

RULES = DuplicateRules()
SEEDS = (101, 102, 103, 104)
# Names that say nothing of the brand: such a record meets others only over a person, a number or a mailbox.
SAYS_NOTHING = {"nameless", "fantasy", "initials"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How many pairs are true, found and both; how many have telling names, and share a key as well."""

    true: int
    found: int
    right: int
    telling: int
    reached: int

    @property
    def precision(self) -> float:
        return self.right / self.found

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.found + self.true)

    @property
    def reach(self) -> float:
        return self.reached / self.telling


def judged(judge: Stock) -> Figures:
    identities = [record.identity for record in judge.records]
    found = {(pair.one, pair.other) for pair in find_pairs(identities) if pair.band is not Band.POSSIBLE}
    reached = candidates([fingerprint(each, RULES) for each in identities], RULES)
    silent = {place for place, record in enumerate(judge.records) if record.writing in SAYS_NOTHING}
    telling = {pair for pair in judge.pairs if silent.isdisjoint(pair)}
    return Figures(
        true=len(judge.pairs),
        found=len(found),
        right=len(found & judge.pairs),
        telling=len(telling),
        reached=len(reached & telling),
    )


def summed(judged_stocks: list[Figures]) -> Figures:
    return Figures(
        true=sum(each.true for each in judged_stocks),
        found=sum(each.found for each in judged_stocks),
        right=sum(each.right for each in judged_stocks),
        telling=sum(each.telling for each in judged_stocks),
        reached=sum(each.reached for each in judged_stocks),
    )


@pytest.fixture(scope="module")
def stocks() -> list[Figures]:
    return [judged(stock(seed, Half.JUDGING, firms=600)) for seed in SEEDS]


def test_nearly_all_firms_written_twice_are_found_and_hardly_any_neighbours(stocks: list[Figures]) -> None:
    for seed, each in zip(SEEDS, stocks, strict=True):
        print(f"seed {seed}: precision {each.precision:.4f}, F1 {each.f1:.4f} of {each.true} pairs")  # noqa: T201 - the figures are asked for
    together = summed(stocks)
    assert together.precision >= 0.98
    assert together.f1 >= 0.93
    assert min(each.precision for each in stocks) >= 0.97
    assert min(each.f1 for each in stocks) >= 0.90


def test_firms_whose_brand_is_written_twice_share_a_key(stocks: list[Figures]) -> None:
    together = summed(stocks)
    print(f"{together.reach:.4f} of {together.telling} pairs with telling names share a key")  # noqa: T201 - the figures are asked for
    assert together.reach >= 0.98


def test_where_many_records_say_too_little_the_doubtful_ones_are_left_out() -> None:
    wild = summed([judged(stock(seed, Half.JUDGING, firms=600, wild=True)) for seed in SEEDS[:1]])
    print(f"wild: precision {wild.precision:.4f}, F1 {wild.f1:.4f} of {wild.true} pairs")  # noqa: T201 - the figures are asked for
    assert wild.precision >= 0.95
    assert wild.f1 >= 0.85
