"""Discount authority (折扣权限): up to where a quote needs nobody, and who must agree beyond, with reasons."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from kernel.money import Money
from services.contracts.domain.quote import Quote
from services.contracts.domain.quote_lines import discount_of_line, kept_of, percent
from trade.reasons import Reason
from trade.rule_body import RuleBody

# The row of whoever writes the quote: up to its limit nobody is asked, whatever his own role.
AUTHOR = "author"
_ALL = Decimal(1)
_MOST_MONEY = Decimal(10**15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Up to which discount a role may agree; an empty region, product line or tier stands for every one."""

    role: str
    discount: Decimal
    region: str = ""
    product_line: str = ""
    tier: str = ""

    def covers(self, *, region: str, product_line: str, tier: str) -> bool:
        """Whether the row speaks of such a discount."""
        return self.region in ("", region) and self.product_line in ("", product_line) and self.tier in ("", tier)

    @property
    def precision(self) -> tuple[int, Decimal]:
        """What decides between rows of one role: the one that says more counts, and of two the smaller limit."""
        return sum(bool(each) for each in (self.region, self.product_line, self.tier)), -self.discount


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """What may be conceded to one customer within a number of days, by currency in major units, and who goes beyond.

    In a currency that is not named nothing may be conceded without them.
    """

    days: int
    most: Mapping[str, Decimal]
    roles: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityRules:
    """The matrix in force, the least margin, and the caps on what one customer is given."""

    limits: tuple[Limit, ...]
    margin_floor: Decimal
    margin_roles: frozenset[str]
    splitting: Cap
    concessions: Cap

    @classmethod
    def from_mapping(cls, body: Mapping[str, object]) -> "AuthorityRules":
        """Read the rules from their stored form; raises RuleBodyInvalid that names the wrong place."""
        whole = RuleBody(body).only("limits", "margin", "splitting", "concessions")
        limits = tuple(_limit(each) for each in whole.sections("limits"))
        if not any(limit.role == AUTHOR for limit in limits):
            raise whole.wrong("limits", "author_missing")
        margin = whole.section("margin").only("floor", "roles")
        return cls(
            limits=limits,
            margin_floor=margin.decimal("floor", least=-_ALL, most=_ALL),
            margin_roles=frozenset(margin.texts("roles")),
            splitting=_cap(whole.section("splitting")),
            concessions=_cap(whole.section("concessions")),
        )

    def limit_of(self, role: str, *, region: str, product_line: str, tier: str) -> Decimal:
        """Up to where a role may agree; nothing where the matrix does not speak of it."""
        rows = [
            limit
            for limit in self.limits
            if limit.role == role and limit.covers(region=region, product_line=product_line, tier=tier)
        ]
        return max(rows, key=lambda each: each.precision).discount if rows else Decimal(0)

    def roles(self) -> frozenset[str]:
        """The roles of the matrix that agree to others' discounts."""
        return frozenset(limit.role for limit in self.limits) - {AUTHOR}


@dataclass(frozen=True, slots=True, kw_only=True)
class Concessions:
    """What other quotes gave the same customer in the same currency, in minor units: lately, and over the long span."""

    lately: int = 0
    quotes: int = 0
    long: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Who must agree, any of the roles; None where nobody is asked, no role where nobody may agree to so much.

    `rules_version` is the version of the rules it was reached by.
    """

    roles: frozenset[str] | None
    reasons: tuple[Reason, ...]
    rules_version: int = 0


@dataclass(frozen=True, slots=True)
class _Demand:
    roles: frozenset[str]
    reason: Reason


def judge(rules: AuthorityRules, quote: Quote, *, given: Concessions) -> Verdict:
    """Every line, the total, the margin, and what the customer was given before, each by the rules in force."""
    demands = [*_discounts(rules, quote), *_margins(rules, quote), *_caps(rules, quote, given)]
    if not demands:
        free = rules.limit_of(AUTHOR, region=_region(quote), product_line="", tier=quote.deal.tier)
        return Verdict(roles=None, reasons=(Reason("DISCOUNT_WITHIN_LIMIT", {"limit": percent(Fraction(free))}),))
    roles = frozenset.intersection(*(demand.roles for demand in demands))
    return Verdict(roles=roles, reasons=tuple(dict.fromkeys(demand.reason for demand in demands)))


def _discounts(rules: AuthorityRules, quote: Quote) -> list[_Demand]:
    """Demands of the lines and of the total whose discount is over what needs nobody."""
    terms = quote.terms
    kept = kept_of(terms.lines, currency=terms.currency, discount=terms.discount, coupons=terms.coupons)
    asked = [(line.display_name, line.product_line, discount_of_line(line, kept=kept)) for line in terms.lines]
    asked.append(("", "", quote.sums.discount))
    return [demand for each in asked if (demand := _over(rules, quote, *each)) is not None]


def _over(rules: AuthorityRules, quote: Quote, product: str, product_line: str, discount: Fraction) -> _Demand | None:
    place = {"region": _region(quote), "product_line": product_line, "tier": quote.deal.tier}
    free = Fraction(rules.limit_of(AUTHOR, **place))
    if discount <= free:
        return None
    roles = frozenset(role for role in rules.roles() if discount <= Fraction(rules.limit_of(role, **place)))
    told = {"discount": percent(discount), "limit": percent(free)}
    if product:
        return _Demand(roles, Reason("DISCOUNT_OF_LINE_OVER_LIMIT", {**told, "product": product}))
    return _Demand(roles, Reason("DISCOUNT_IN_TOTAL_OVER_LIMIT", told))


def _margins(rules: AuthorityRules, quote: Quote) -> list[_Demand]:
    """Demands of the lines that earn less than the least margin; a line whose cost is not known is not judged."""
    low = [
        line.display_name
        for line in quote.terms.lines
        if line.unit_cost is not None
        and line.net_minor - line.unit_cost * Fraction(line.quantity) < Fraction(rules.margin_floor) * line.net_minor
    ]
    floor = percent(Fraction(rules.margin_floor))
    return [
        _Demand(rules.margin_roles, Reason("MARGIN_BELOW_FLOOR", {"product": name, "floor": floor})) for name in low
    ]


def _caps(rules: AuthorityRules, quote: Quote, given: Concessions) -> list[_Demand]:
    """Demands of quotes that together give one customer more than one may: split ones, and those over a long span."""
    own = quote.conceded
    if own.minor <= 0:
        return []
    demands = []
    if given.quotes:
        told = {"days": str(rules.splitting.days), "quotes": str(given.quotes + 1)}
        demands += _beyond(rules.splitting, own.minor + given.lately, quote, Reason("QUOTES_SPLIT", told))
    told = {"days": str(rules.concessions.days)}
    demands += _beyond(rules.concessions, own.minor + given.long, quote, Reason("CONCESSIONS_OVER_CAP", told))
    return demands


def _beyond(cap: Cap, minor: int, quote: Quote, reason: Reason) -> list[_Demand]:
    """The demand of what is more than the cap has; in a currency it does not name, of whatever is conceded."""
    currency = quote.terms.currency
    most = cap.most.get(currency)
    if most is None:
        return [_Demand(cap.roles, Reason("CURRENCY_WITHOUT_CAP", {"currency": currency}))]
    return [_Demand(cap.roles, reason)] if Money(minor=minor, currency=currency).decimal() > most else []


def _region(quote: Quote) -> str:
    return f"regions/{quote.deal.region}" if quote.deal.region else ""


def _limit(body: RuleBody) -> Limit:
    body.only("role", "discount", "region", "product_line", "tier")
    return Limit(
        role=body.text("role"),
        discount=body.decimal("discount", least=Decimal(0), most=_ALL),
        region=body.text("region", absent=""),
        product_line=body.text("product_line", absent=""),
        tier=body.text("tier", absent=""),
    )


def _cap(body: RuleBody) -> Cap:
    body.only("days", "most", "roles")
    most = body.section("most")
    return Cap(
        days=body.whole("days", least=1, most=3660),
        most={currency: most.decimal(currency, least=Decimal(0), most=_MOST_MONEY) for currency in most.content},
        roles=frozenset(body.texts("roles")),
    )
