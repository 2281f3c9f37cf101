"""Whether two records are one customer: Chinese and Western firms, with the hard cases told apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trade.address import Address
from trade.duplicates import (
    Band,
    CustomField,
    DuplicateRules,
    Identity,
    Match,
    blocking_keys,
    fingerprint,
    score,
)
from trade.duplicates.pairs import candidates, find_pairs
from trade.rule_body import RuleBodyInvalid

RULES = DuplicateRules()


def match(one: Identity, other: Identity) -> Match:
    return score(fingerprint(one, RULES), fingerprint(other, RULES), RULES)


def firm(name: str, contact: str = "", *phones: str, mail: str = "") -> Identity:
    return Identity(company_name=name, contact_name=contact, phones=phones, emails=(mail,) if mail else ())


def meet(one: Identity, other: Identity) -> bool:
    return not blocking_keys(one, RULES).isdisjoint(blocking_keys(other, RULES))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            firm("上海渠成科技有限公司", "张伟明", "13912345678"),
            firm("渠成科技（上海）有限公司", "张伟明", "+86 139 1234 5678"),
        ),
        (firm("華為技術有限公司", "李娜", mail="li@huawei.com"), firm("华为技术", "李娜", mail="LI@huawei.com")),
        (
            firm("Acme Trading Co., Ltd.", "Anna Li", mail="anna@acme.com"),
            firm("ACME TRADING", "Li Anna", mail="anna@acme.com"),
        ),
        (firm("Siemens AG", "Max Weber", "+49 89 636 00"), firm("siemens", "Weber, Max", "+498963600")),
        (firm("上海渠成科技有限公司", "张伟明", "13912345678"), firm("上海渠诚科技有限公司", "张伟明", "13912345678")),
        (
            firm("上海渠成科技有限公司", "张伟明", "13912345678"),
            firm("Shanghai Qucheng Technology Co., Ltd.", "Weiming Zhang", "13912345678"),
        ),
        (firm("上海渠成科技有限公司", "张伟明", "13912345678"), firm("渠成", "张伟明", "13912345678")),
    ],
)
def test_one_customer_written_twice_is_the_same(one: Identity, other: Identity) -> None:
    assert meet(one, other)
    assert match(one, other).band is Band.SAME


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (firm("上海渠成科技有限公司", "张伟明"), firm("上海渠成科技有限公司", "王芳")),
        (firm("Acme Industrial Equipment", "Anna Li"), firm("Acme Industrail Equipment Ltd", "Anna Li")),
        (firm("", "", "13912345678"), firm("渠成科技", "张伟明", "13912345678")),
        (firm("上海渠成科技有限公司", "张伟明"), firm("上海渠诚科技有限公司", "张伟明")),
        (firm("上海渠成科技有限公司苏州分公司", "张伟明"), firm("上海渠成科技有限公司", "王芳")),
        (firm("上海渠成科技有限公司", "张伟明"), firm("Shang Hai Qu Cheng Ke Ji You Xian Gong Si", "Zhang Weiming")),
    ],
)
def test_one_customer_with_a_doubt_goes_to_review(one: Identity, other: Identity) -> None:
    assert meet(one, other)
    assert match(one, other).band is Band.LIKELY


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (firm("上海渠成科技有限公司", "", "021-61234567"), firm("北京渠成科技有限公司", "", "021-61234567")),
        (firm("上海渠成科技有限公司"), firm("上海渠成贸易有限公司")),
        (firm("上海渠成科技有限公司", "张伟", "021-61234567"), firm("上海明远物流有限公司", "王芳", "021-61234567")),
        (firm("明远物流", "张伟"), firm("华信电子", "张伟")),
        (firm("", "张伟"), firm("", "张伟")),
        (firm("华信科技"), firm("华新科技")),
        (firm("明远物流", "", mail="info@qq.com"), firm("华信电子", "", mail="sales@qq.com")),
        (firm("Acme Trading"), firm("Apex Trading")),
        (firm("上海渠成科技有限公司", "张伟明"), firm("上海渠诚科技有限公司", "王芳")),
        (firm("上海渠成电子科技有限公司", "张伟明"), firm("上海渠成生物科技有限公司", "张伟明")),
        (firm("上海渠成科技有限公司", "张伟明"), firm("Shanghai Qucheng Trading Co., Ltd.", "Zhang Weiming")),
    ],
)
def test_sister_firms_shared_switchboards_and_equal_names_are_not_duplicates(one: Identity, other: Identity) -> None:
    assert match(one, other).band is None


def test_two_firms_of_one_owner_are_at_most_a_hint() -> None:
    one = firm("上海渠成科技有限公司", "张伟明", "13912345678", mail="zhang@qucheng.com")
    other = firm("上海渠成贸易有限公司", "张伟明", "13912345678", mail="zhang@qucheng.com")
    assert match(one, other).band is Band.POSSIBLE


def test_different_credit_codes_are_two_legal_entities() -> None:
    one = Identity(
        company_name="渠成科技", credit_code="91350100M000100Y43", phones=("13912345678",), contact_name="张伟明"
    )
    other = Identity(
        company_name="渠成科技", credit_code="91110108551385082Q", phones=("13912345678",), contact_name="张伟明"
    )
    assert match(one, other).band is not Band.SAME
    assert match(one, other).score < RULES.limits["likely"]


@pytest.mark.parametrize(
    "other",
    [
        firm("上海明远物流有限公司", "张伟明", "13912345678", mail="zhang@qq.com"),
        firm("Shanghai Mingyuan Logistics Co., Ltd.", "张伟明", "13912345678", mail="zhang@qq.com"),
    ],
)
def test_the_firms_of_one_agent_are_at_most_a_hint(other: Identity) -> None:
    agent = firm("上海渠成科技有限公司", "张伟明", "13912345678", mail="zhang@qq.com")
    assert match(agent, other).band is Band.POSSIBLE


def test_a_digit_slip_in_a_mobile_number_counts_beside_the_same_person() -> None:
    one, other = firm("渠成科技", "张伟明", "13912345678"), firm("", "张伟明", "13912345687")
    assert "mobile_one_slip" in dict(match(one, other).evidence)
    assert match(one, other).band is Band.LIKELY


def test_a_slip_in_the_credit_code_is_not_another_firm() -> None:
    one = Identity(company_name="上海渠成科技有限公司", credit_code="91350100M000100Y43")
    other = Identity(company_name="渠成科技", credit_code="91350100M000100Y34")
    assert match(one, other).band is Band.SAME


def test_one_credit_code_is_one_firm_whatever_it_is_called() -> None:
    one = Identity(company_name="上海渠成科技有限公司", credit_code="91350100M000100Y43")
    other = Identity(company_name="上海渠成实业有限公司", credit_code="91350100M000100Y43")
    assert match(one, other).band in {Band.LIKELY, Band.SAME}


def test_the_address_tells_the_place_that_a_name_leaves_out() -> None:
    full = Identity(company_name="上海渠成科技有限公司", contact_name="张伟明")
    here = Identity(company_name="渠成科技", contact_name="王芳", address=Address(city="上海市"))
    there = Identity(company_name="渠成科技", contact_name="王芳", address=Address(line_1="北京市朝阳区建国路1号"))
    assert match(full, here).band is Band.LIKELY
    assert match(full, there).band is None


def test_firms_in_one_tower_are_not_duplicates() -> None:
    tower = Address(street_number="100", line_1="世纪大道", district="浦东新区", city="上海市", postal_code="200120")
    one = Identity(company_name="明远物流", address=tower, phones=("021-61234567",))
    other = Identity(company_name="华信电子", address=tower, phones=("021-61234567",))
    assert match(one, other).band is None


def test_a_placeholder_number_is_no_evidence() -> None:
    assert match(firm("", "", "13800138000"), firm("", "", "13800138000")).evidence == ()


def test_reasons_name_the_evidence_and_hold_no_personal_value() -> None:
    reasons = match(firm("", "张伟明", "13912345678"), firm("", "张伟明", "13912345678")).reasons
    assert [reason.code for reason in reasons] == ["DUPLICATE_MOBILE_SAME", "DUPLICATE_CHINESE_NAME_SAME"]
    assert dict(reasons[0].parameters) == {"bits": "+12.0"}


WORDS = st.sampled_from(
    ["", "渠成", "上海渠成科技有限公司", "Acme Trading Ltd", "华信", "北京华信电子", "张伟", "Anna Li", "王总", "x"]
)
IDENTITIES = st.builds(
    Identity,
    company_name=WORDS,
    contact_name=WORDS,
    phones=st.lists(st.sampled_from(["13912345678", "021-61234567", "400-800-1234", "无"]), max_size=4).map(tuple),
    emails=st.lists(st.sampled_from(["a@acme.com", "info@acme.com", "b@qq.com", "c"]), max_size=4).map(tuple),
    address=st.builds(Address, line_1=WORDS, line_2=WORDS, street_number=st.sampled_from(["", "1", "2"])),
)


@given(one=IDENTITIES, other=IDENTITIES)
def test_the_order_of_a_pair_does_not_matter(one: Identity, other: Identity) -> None:
    there, back = match(one, other), match(other, one)
    assert there.band is back.band
    assert there.score == pytest.approx(back.score)
    assert 0 <= there.score <= 1


@given(one=IDENTITIES, other=IDENTITIES)
def test_a_record_resembles_none_more_than_itself(one: Identity, other: Identity) -> None:
    assert match(one, one).score >= match(one, other).score - 1e-9


@given(
    st.builds(Identity, phones=st.lists(st.integers(13_000_000_000, 19_999_999_999).map(str), max_size=30).map(tuple))
)
def test_a_record_has_at_most_eighteen_short_keys(record: Identity) -> None:
    keys = blocking_keys(record, RULES)
    assert len(keys) <= 18
    assert all(len(key) == 17 for key in keys)


def test_the_pairs_of_a_list_are_those_a_comparison_one_by_one_finds() -> None:
    records = [
        firm("上海渠成科技有限公司", "张伟明", "13912345678"),
        firm("明远物流", "张伟"),
        firm("渠成科技", "张伟明", "13912345678"),
        firm("上海渠成科技（集团）有限公司", "王芳"),
    ]
    found = find_pairs(iter(records))
    assert [(pair.one, pair.other, pair.band) for pair in found] == [
        (0, 2, Band.SAME),
        (0, 3, Band.LIKELY),
        (2, 3, Band.POSSIBLE),
    ]
    assert found[0].score == match(records[0], records[2]).score


def test_a_key_that_hundreds_share_brings_nobody_together() -> None:
    many = [firm("", "", "400-800-1234")] * 201
    assert find_pairs(many) == []
    assert len(candidates([fingerprint(each, RULES) for each in many[:3]], RULES)) == 3


def test_rules_survive_the_way_through_plain_data() -> None:
    rules = DuplicateRules.from_mapping(
        {"weights": {"mobile_same": 8}, "custom_fields": [{"name": "date_of_birth", "similar": True, "close": 4}]}
    )
    assert rules.weights["mobile_same"] == 8.0
    assert rules.custom_fields == (CustomField(name="date_of_birth", similar=True, close=4.0),)
    assert DuplicateRules.from_mapping(rules.to_mapping()) == rules


@pytest.mark.parametrize(
    ("mapping", "field"),
    [
        ({"colour": 1}, "colour"),
        ({"weights": []}, "weights"),
        ({"weights": {"mobile": 1}}, "weights.mobile"),
        ({"weights": {"mobile_same": "12"}}, "weights.mobile_same"),
        ({"weights": {"mobile_same": float("nan")}}, "weights.mobile_same"),
        ({"limits": {"likely": 1.2}}, "limits.likely"),
        ({"limits": {"likely": 0.4}}, "limits.likely"),
        ({"custom_fields": [{"similar": True}]}, "custom_fields[0].name"),
        ({"custom_fields": [{"name": "vat", "weight": 3}]}, "custom_fields[0].weight"),
        ({"custom_fields": [{"name": "vat", "agreement": 99}]}, "custom_fields[0].agreement"),
        ({"custom_fields": "abc"}, "custom_fields"),
        ({"ignored_values": "test"}, "ignored_values"),
    ],
)
def test_a_wrong_rule_is_refused_by_its_name(mapping: dict[str, object], field: str) -> None:
    with pytest.raises(RuleBodyInvalid) as refusal:
        DuplicateRules.from_mapping(mapping)
    assert refusal.value.field == field
