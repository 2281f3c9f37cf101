"""Which opportunities need no registration (报备豁免)."""

import tomllib
from pathlib import Path

import pytest

import services.pipeline
from kernel.money import Money
from services.pipeline.domain.registration_policy import Entry, RegistrationNeeded, RegistrationPolicy, Way
from trade.budget import Budget
from trade.rule_body import RuleBodyInvalid

RULES = Path(services.pipeline.__file__).parent / "rules" / "registration_policy.toml"
SHIPPED = RegistrationPolicy.from_mapping(tomllib.loads(RULES.read_text(encoding="utf-8")))


def an_entry(yuan: str | None, *, way: Way = Way.CONVERSION, currency: str = "CNY", tier: str = "") -> Entry:
    minor = None if yuan is None else int(yuan.replace(".", ""))
    amount = None if minor is None else Money(minor=minor, currency=currency)
    return Entry(way=way, budget=Budget(least=amount, most=amount), tier=tier)


@pytest.mark.parametrize("way", [Way.CONVERSION, Way.HAND])
def test_an_order_below_10000_yuan_needs_no_registration(way: Way) -> None:
    assert SHIPPED.exemption(an_entry("9999.99", way=way)).key == "small_order"


@pytest.mark.parametrize(
    "entry",
    [
        an_entry("10000.00"),
        an_entry(None),
        an_entry("9999.99", currency="USD"),
        an_entry("9999.99", way=Way.PARTNER),
    ],
    ids=["exactly 10000", "no amount", "another currency", "a partner's"],
)
def test_everything_else_is_registered(entry: Entry) -> None:
    with pytest.raises(RegistrationNeeded):
        SHIPPED.exemption(entry)


def test_of_a_range_the_upper_bound_decides() -> None:
    budget = Budget(least=Money(minor=100), most=Money(minor=2_000_000))
    with pytest.raises(RegistrationNeeded):
        SHIPPED.exemption(Entry(way=Way.HAND, budget=budget))


def test_every_stated_condition_must_hold() -> None:
    body = {"exemptions": [{"key": "key", "ways": ["hand"], "tiers": ["key"], "below": 5, "currency": "CNY"}]}
    policy = RegistrationPolicy.from_mapping(body)
    assert policy.exemption(an_entry("4.00", way=Way.HAND, tier="key")).key == "key"
    with pytest.raises(RegistrationNeeded):
        policy.exemption(an_entry("4.00", way=Way.HAND))
    with pytest.raises(RegistrationNeeded):
        policy.exemption(an_entry("5.00", way=Way.HAND, tier="key"))


@pytest.mark.parametrize(
    ("exemption", "place"),
    [
        ({"key": "a", "ways": ["mail"], "tiers": ["key"]}, "exemptions[0].ways"),
        ({"key": "a", "ways": ["hand"]}, "exemptions[0].below"),
        ({"key": "a", "ways": ["hand"], "below": 5, "currency": "yuan"}, "exemptions[0].currency"),
        ({"key": "a", "ways": ["hand"], "tiers": ["key"], "colour": "red"}, "exemptions[0].colour"),
    ],
)
def test_a_wrong_policy_is_refused_by_its_place(exemption: dict[str, object], place: str) -> None:
    with pytest.raises(RuleBodyInvalid) as refusal:
        RegistrationPolicy.from_mapping({"exemptions": [exemption]})
    assert refusal.value.field == place


@pytest.mark.parametrize("word", ["政府", "政府机关", "government"])
def test_a_policy_means_an_industry_by_any_word_for_it(word: str) -> None:
    policy = RegistrationPolicy.from_mapping(
        {"exemptions": [{"key": "public", "ways": ["hand"], "industries": [word, "家具"]}]}
    )
    for industry in ("government", "家具"):
        assert policy.exemption(Entry(way=Way.HAND, budget=Budget(), industry=industry)).key == "public"
