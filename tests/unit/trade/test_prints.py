"""A fingerprint that was written down says what it said before; a pair nobody need hear of is dropped early."""

from collections.abc import Callable
from itertools import islice

import pytest

from tests.support.companies.stock import stock
from tests.support.companies.words import Half
from tests.support.febrl import febrl
from tests.unit.trade.test_febrl import RULES as FEBRL_RULES
from tests.unit.trade.test_febrl import identity_of
from trade.address import Address
from trade.duplicates import (
    CustomField,
    DuplicateRules,
    Fingerprint,
    Identity,
    blocking_keys,
    fingerprint,
    from_text,
    is_exact,
    prints_mark,
    resembling,
    score,
    shared_exact_keys,
    to_text,
)
from trade.duplicates.pairs import candidates

Maker = Callable[[], tuple[list[Fingerprint], DuplicateRules]]
RULES = DuplicateRules()
KNOWN = Identity(
    company_name="上海渠成科技有限公司北京分公司",
    credit_code="91310000MA1FL0AB2C",
    contact_name="王总",
    phones=("13912345678", "021-61234567 转 802", "400 820 8820"),
    emails=("info@qucheng.example", "a.b+c@gmail.com"),
    address=Address(street_number="8", line_1="文三路", district="西湖区", city="杭州市", province="浙江省"),
    custom={"membership": "M-1"},
)


def firms() -> tuple[list[Fingerprint], DuplicateRules]:
    records = stock(101, Half.TUNING, firms=150, wild=True).records
    return [fingerprint(each.identity, RULES) for each in records], RULES


def people() -> tuple[list[Fingerprint], DuplicateRules]:
    rows = islice(febrl(3).rows, 1500)
    return [fingerprint(identity_of(row), FEBRL_RULES) for row in rows], FEBRL_RULES


@pytest.mark.parametrize("made", [firms, people])
def test_what_was_written_down_is_found_and_judged_as_before(made: Maker) -> None:
    prints, rules = made()
    mark = prints_mark(rules)
    again = [from_text(to_text(each, mark), mark) for each in prints]
    for one, other in candidates(prints, rules):
        a, b = again[one], again[other]
        assert a is not None
        assert b is not None
        assert score(a, b, rules) == score(prints[one], prints[other], rules)
    assert [blocking_keys(each, rules) for each in again if each] == [blocking_keys(each, rules) for each in prints]


@pytest.mark.parametrize("made", [firms, people])
def test_a_pair_is_dropped_only_when_its_score_has_no_band(made: Maker) -> None:
    prints, rules = made()
    pairs = candidates(prints, rules)
    for one, other in pairs:
        match = score(prints[one], prints[other], rules)
        assert resembling(prints[one], prints[other], rules) == (match if match.band else None)
    assert len(pairs) > 200


def test_every_part_of_a_fingerprint_is_written() -> None:
    rules = DuplicateRules(custom_fields=(CustomField(name="membership"),))
    prints, mark = fingerprint(KNOWN, rules), prints_mark(rules)
    assert from_text(to_text(prints, mark), mark) == prints


def test_a_fingerprint_under_rules_that_name_another_field_or_value_is_not_read() -> None:
    text = to_text(fingerprint(KNOWN, RULES), prints_mark(RULES))
    with_field = DuplicateRules(custom_fields=(CustomField(name="membership"),))
    with_value = DuplicateRules(ignored_values=RULES.ignored_values | {"+8613912345678"})
    assert from_text(text, prints_mark(with_field)) is None
    assert from_text(text, prints_mark(with_value)) is None
    assert from_text("", prints_mark(RULES)) is None


def test_other_weights_read_the_same_fingerprints() -> None:
    heavier = DuplicateRules.from_mapping({"weights": {"company_same": 20.0}, "limits": {"possible": 0.4}})
    assert prints_mark(heavier) == prints_mark(RULES)


def test_the_exact_keys_that_records_share_are_told() -> None:
    prints = fingerprint(KNOWN, RULES)
    colleague = fingerprint(Identity(contact_name="李四", emails=("info@qucheng.example",)), RULES)
    exact = set(filter(is_exact, blocking_keys(prints, RULES)))
    assert sorted(key[0] for key in exact) == ["m", "m", "p", "p", "p", "u"]
    assert shared_exact_keys(prints, [colleague], RULES) == exact & blocking_keys(colleague, RULES)
    assert shared_exact_keys(prints, [prints], RULES) == exact
    assert not shared_exact_keys(prints, [], RULES)
