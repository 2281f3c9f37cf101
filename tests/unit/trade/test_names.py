"""Names of firms and people are taken apart as the trade reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trade.names import bigrams, company_name, person_name, pinyin_key, places_before


@pytest.mark.parametrize(
    ("written", "core", "places"),
    [
        ("上海渠成科技（集团）有限公司", "渠成科技", {"上海"}),
        ("渠成科技(上海)有限公司", "渠成科技", {"上海"}),
        ("深圳市南山区华为技术有限公司", "华为技术", {"深圳"}),
        ("華為技術有限公司", "华为技术", set()),
        ("华为技术有限公司深圳分公司", "华为技术", {"深圳"}),
        ("广州 珠江啤酒 股份有限公司", "珠江啤酒", {"广州"}),
        ("阿里巴巴（中国）网络技术有限公司", "阿里巴巴网络技术", set()),
        ("Shanghai Acme Trading Co., Ltd.", "acme trading", {"shanghai"}),
        ("ACME Technologies (China) Inc.", "acme technology", set()),
        ("A.C.M.E. GmbH", "acme", set()),
        ("北京市朝阳区渠成科技有限公司", "渠成科技", {"北京"}),
        ("上海渠成科技有限公司苏州分公司", "渠成科技", {"上海"}),
        ("剑川县渠成科技有限公司", "渠成科技", {"剑川"}),
        ("海伦哲家具有限公司", "海伦哲家具", set()),
        ("渠成科技 Qucheng Co., Ltd.", "渠成科技", set()),
        ("Qucheng Technology (Wuxi) Co., Ltd., Suzhou Branch", "qucheng technology", {"wuxi"}),
        ("Wu Xi Qu Cheng Ke Ji You Xian Gong Si", "quchengkeji", {"wuxi"}),
    ],
)
def test_a_firm_is_its_brand_and_trade_without_place_and_legal_form(written: str, core: str, places: set[str]) -> None:
    name = company_name(written)
    assert name.core == core
    assert name.places == places


@pytest.mark.parametrize(
    ("written", "brand"),
    [
        ("上海渠成信息技术有限公司", "渠成"),
        ("北京银行股份有限公司", "北京银行"),
        ("杭州新能源科技有限公司", "杭州新能源科技"),
        ("渠成", "渠成"),
        ("Shanghai Trading Co., Ltd.", "shanghai trading"),
    ],
)
def test_the_brand_stands_between_place_and_trade(written: str, brand: str) -> None:
    assert company_name(written).brand == brand


@pytest.mark.parametrize("written", ["渠成科技", "Qucheng Technology", "QU CHENG Technology Ltd", "渠诚科技（上海）"])
def test_a_brand_has_one_spelling_in_both_scripts(written: str) -> None:
    assert company_name(written).spelling == "qucheng"


def test_a_branch_is_known_as_one() -> None:
    assert company_name("渠成科技有限公司苏州分公司").branch


def test_full_width_letters_read_as_half_width_ones() -> None:
    assert company_name("ＡＢＢ（中国）有限公司").core == company_name("ABB(中国)有限公司").core


def test_an_address_begins_with_its_places() -> None:
    assert places_before("广东省深圳市南山区科技园路1号") == ("广东", "深圳")


@given(st.text(max_size=60))
def test_every_core_of_a_firms_name_has_a_brand(text: str) -> None:
    assert company_name(text).brand or not company_name(text).core


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("张伟先生", ("张伟",)),
        ("張 偉", ("张伟",)),
        ("李建工", ("李建工",)),
        ("Dr. Anna Li", ("anna", "li")),
        ("Li, Anna (Purchasing)", ("li", "anna")),
    ],
)
def test_titles_are_no_part_of_a_persons_name(written: str, words: tuple[str, ...]) -> None:
    assert person_name(written).words == words


@pytest.mark.parametrize("written", ["王总", "欧阳经理", "张工"])
def test_a_surname_with_a_title_is_only_a_surname(written: str) -> None:
    assert person_name(written).only_surname


def test_a_name_has_one_key_in_both_orders() -> None:
    assert person_name("Anna Li").key == person_name("LI, Anna").key


def test_pinyin_is_given_in_full_and_as_initials() -> None:
    key = pinyin_key("渠成科技 Acme")
    assert (key.full, key.initials) == ("qu cheng ke ji acme", "qckja")


def test_bigrams_are_the_pairs_of_neighbours() -> None:
    assert bigrams("渠成 科技") == {"渠成", "成科", "科技"}
    assert bigrams("渠") == {"渠"}
    assert bigrams("") == frozenset()
