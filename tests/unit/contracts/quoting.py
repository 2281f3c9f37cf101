"""Quotes as tests say them: only what matters."""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from services.contracts.domain.discount_authority import AuthorityRules, Concessions, Verdict, judge
from services.contracts.domain.quote import Quote, begin_quote
from services.contracts.domain.quote_lines import QuoteLine
from services.contracts.domain.quote_terms import Deal, QuoteTerms
from tests.support.clock import NOON

SHIPPED: dict[str, Any] = tomllib.loads(
    (Path("services") / "contracts" / "rules" / "discount_authority.toml").read_text(encoding="utf-8")
)
DEAL = Deal(opportunity=UUID(int=11), account=UUID(int=12), owner=UUID(int=1), team=UUID(int=101), region=UUID(int=201))


def a_line(price: str = "100", *, quantity: str = "1", discount: str = "0", **fields: Any) -> QuoteLine:
    """A line at a list price."""
    told: dict[str, Any] = {
        "product": UUID(int=21),
        "display_name": "渠成 CRM 专业版",
        "unit": "套",
        "product_line": "软件",
        "quantity": Decimal(quantity),
        "list_price": Decimal(price),
        "discount": Decimal(discount),
        "tax_rate": Decimal("0.13"),
    }
    return QuoteLine(**{**told, **fields})


def terms(*lines: QuoteLine, discount: str = "0", coupons: int = 0, currency: str = "CNY") -> QuoteTerms:
    """What is offered."""
    return QuoteTerms(
        currency=currency,
        price_book=UUID(int=31),
        buyer="杭州云帆科技有限公司",
        lines=lines or (a_line(),),
        discount=Decimal(discount),
        coupons=coupons,
        valid_until=date(2026, 4, 1),
    )


def a_quote(
    *lines: QuoteLine, discount: str = "0", coupons: int = 0, currency: str = "CNY", deal: Deal = DEAL
) -> Quote:
    """A draft."""
    return begin_quote(
        uuid=UUID(int=41),
        number="QT-2026-000001",
        deal=deal,
        terms=terms(*lines, discount=discount, coupons=coupons, currency=currency),
        by="members/1",
        now=NOON,
    ).aggregate


def judged(quote: Quote, given: Concessions | None = None, **changed: Any) -> Verdict:
    """What the rules as shipped, but for what is changed, say of a quote."""
    return judge(AuthorityRules.from_mapping({**SHIPPED, **changed}), quote, given=given or Concessions())
