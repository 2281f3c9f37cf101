"""C-03: who must agree to a discount, by the rules as shipped and as edited."""

from decimal import Decimal
from typing import Any

import pytest

from services.contracts.domain.discount_authority import AuthorityRules, Concessions
from services.contracts.domain.quote_terms import Deal
from tests.unit.contracts.quoting import DEAL, SHIPPED, a_line, a_quote, judged
from trade.rule_body import RuleBodyInvalid

DIRECTOR = frozenset({"sales_director"})
MANAGERS = frozenset({"regional_manager", "sales_director"})


def codes(verdict: Any) -> list[str]:
    return [reason.code for reason in verdict.reasons]


def test_a_discount_of_exactly_15_00_percent_needs_nobody() -> None:
    verdict = judged(a_quote(a_line("10000", discount="0.15")))
    assert verdict.roles is None
    assert codes(verdict) == ["DISCOUNT_WITHIN_LIMIT"]


def test_a_discount_of_15_01_percent_needs_the_regional_manager() -> None:
    verdict = judged(a_quote(a_line("10000", discount="0.1501")))
    assert verdict.roles is not None
    assert "regional_manager" in verdict.roles
    assert [dict(reason.parameters) for reason in verdict.reasons] == [
        {"discount": "15.01", "limit": "15", "product": "渠成 CRM 专业版"},
        {"discount": "15.01", "limit": "15"},
    ]


def test_a_discount_of_15_004_percent_needs_the_regional_manager() -> None:
    assert judged(a_quote(a_line("10000", discount="0.15004"))).roles == MANAGERS


def test_a_cent_that_rounds_to_15_percent_hides_no_discount_of_15_004_percent() -> None:
    quote = a_quote(a_line("1", discount="0.15004"))
    assert quote.sums.net.minor == 85
    assert judged(quote).roles == MANAGERS


def test_a_cent_lost_to_rounding_makes_no_discount_of_15_percent_larger() -> None:
    quote = a_quote(a_line("0.33", discount="0.15"))
    assert (quote.sums.listed.minor, quote.sums.net.minor) == (33, 28)
    assert judged(quote).roles is None


def test_one_line_over_the_limit_needs_approval_though_the_total_is_not() -> None:
    verdict = judged(a_quote(a_line("100", discount="0.2"), a_line("10000")))
    assert verdict.roles == MANAGERS
    assert codes(verdict) == ["DISCOUNT_OF_LINE_OVER_LIMIT"]


def test_a_discount_on_the_total_is_added_to_that_of_the_line() -> None:
    assert judged(a_quote(a_line("10000", discount="0.1"), discount="0.05")).roles is None
    assert judged(a_quote(a_line("10000", discount="0.1"), discount="0.06")).roles == MANAGERS


def test_coupons_count_as_discount() -> None:
    assert judged(a_quote(a_line("10000", discount="0.1"), coupons=50_000)).roles is None
    assert judged(a_quote(a_line("10000", discount="0.1"), coupons=50_001)).roles == MANAGERS


def test_more_than_the_regional_manager_may_needs_the_director() -> None:
    assert judged(a_quote(a_line("10000", discount="0.3"))).roles == MANAGERS
    assert judged(a_quote(a_line("10000", discount="0.3001"))).roles == DIRECTOR


def test_beyond_every_limit_nobody_may_agree() -> None:
    limits = [{"role": "author", "discount": "0.15"}, {"role": "regional_manager", "discount": "0.3"}]
    assert judged(a_quote(a_line(discount="0.5")), limits=limits).roles == frozenset()


@pytest.mark.parametrize(
    ("row", "needed"),
    [
        ({"product_line": "软件", "discount": "0.05"}, True),
        ({"product_line": "硬件", "discount": "0.05"}, False),
        ({"tier": "key", "discount": "0.05"}, True),
        ({"tier": "normal", "discount": "0.05"}, False),
        ({"region": f"regions/{DEAL.region}", "discount": "0.05"}, True),
        ({"region": "regions/somewhere", "discount": "0.05"}, False),
    ],
)
def test_the_row_that_names_more_counts(row: dict[str, str], *, needed: bool) -> None:
    deal = Deal(**{**{name: getattr(DEAL, name) for name in Deal.__slots__}, "tier": "key"})
    limits = [*SHIPPED["limits"], {"role": "author", **row}]
    verdict = judged(a_quote(a_line(discount="0.1"), deal=deal), limits=limits)
    assert (verdict.roles is not None) is needed


def test_a_line_below_the_least_margin_needs_the_director_where_its_cost_is_known() -> None:
    assert judged(a_quote(a_line("100", unit_cost=9_000))).roles is None
    assert judged(a_quote(a_line("100", unit_cost=9_001))).roles == DIRECTOR
    assert judged(a_quote(a_line("100", unit_cost=None))).roles is None


def test_quotes_of_one_customer_within_the_days_are_judged_together() -> None:
    quote = a_quote(a_line("400000", discount="0.15"))
    assert judged(quote).roles is None
    assert judged(quote, Concessions(lately=4_000_000, quotes=1, long=4_000_000)).roles is None
    split = judged(quote, Concessions(lately=4_000_001, quotes=1, long=4_000_001))
    assert split.roles == MANAGERS
    assert dict(split.reasons[0].parameters) == {"days": "30", "quotes": "2"}


def test_what_a_customer_is_conceded_is_summed_over_a_year() -> None:
    quote = a_quote(a_line("1000", discount="0.1"))
    assert judged(quote, Concessions(long=99_990_000)).roles is None
    verdict = judged(quote, Concessions(long=99_990_001))
    assert verdict.roles == DIRECTOR
    assert codes(verdict) == ["CONCESSIONS_OVER_CAP"]


def test_a_quote_that_concedes_nothing_is_not_charged_with_what_others_conceded() -> None:
    given = Concessions(lately=99_999_999, quotes=9, long=999_999_999)
    assert judged(a_quote(a_line("1000")), given).roles is None


def test_in_a_currency_that_the_caps_do_not_name_whatever_is_conceded_needs_their_roles() -> None:
    verdict = judged(a_quote(a_line("1000", discount="0.01"), currency="USD"))
    assert (verdict.roles, codes(verdict)) == (DIRECTOR, ["CURRENCY_WITHOUT_CAP"])
    assert verdict.reasons[0].parameters == {"currency": "USD"}
    assert judged(a_quote(a_line("1000"), currency="USD")).roles is None


def test_a_cap_of_its_own_frees_what_is_conceded_in_another_currency() -> None:
    most = {"CNY": "1000", "USD": "1000"}
    caps: dict[str, Any] = {name: {**SHIPPED[name], "most": most} for name in ("splitting", "concessions")}
    assert judged(a_quote(a_line("1000", discount="0.01"), currency="USD"), **caps).roles is None


def test_rules_without_what_needs_nobody_are_refused() -> None:
    with pytest.raises(RuleBodyInvalid) as refusal:
        AuthorityRules.from_mapping({**SHIPPED, "limits": [{"role": "regional_manager", "discount": "0.3"}]})
    assert refusal.value.field == "limits"


def test_a_limit_over_the_whole_price_is_refused() -> None:
    with pytest.raises(RuleBodyInvalid) as refusal:
        AuthorityRules.from_mapping({**SHIPPED, "limits": [{"role": "author", "discount": Decimal("1.01")}]})
    assert refusal.value.field == "limits[0].discount"
