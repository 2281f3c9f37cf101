"""The lines of a quote and their sums: exact in whole minor units, the parts of every sum equal to the whole.

Amounts are rounded half up, once each. What a discount on the total or a coupon takes off is spread over the lines by
their net amounts, by largest remainders. Discounts are judged unrounded, so that a cent never hides a thousandth.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Context, Decimal, Inexact
from fractions import Fraction
from functools import reduce
from uuid import UUID

from kernel.errors import InvalidField
from kernel.money import Money, minor_digits, split
from trade.reasons import Reason

_HALF = Fraction(1, 2)
_NOTHING = Decimal(0)
_TEN_PERCENT = 10
_CAREFUL = Context(prec=40, rounding=ROUND_CEILING)
_SIX_PLACES = Decimal("0.000001")
# Products and sums of decimals have an end, and cost a tenth of what fractions do; one that had not raises.
_EXACT = Context(prec=200, traps=[Inexact])


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteLine:
    """One line: a product as it was when the quote was written; `discount` is what was given on this line.

    `list_price` is of one unit, in major units; `unit_cost` in minor units, unknown where None. The amounts are before
    tax; `net` bears its share of the discount on the total and of coupons.
    """

    product: UUID
    display_name: str
    unit: str
    product_line: str
    quantity: Decimal
    list_price: Decimal
    price_reasons: tuple[Reason, ...] = ()
    discount: Decimal
    tax_rate: Decimal
    unit_cost: int | None = None
    list_minor: int = 0
    net_minor: int = 0
    tax_minor: int = 0

    def listed(self, currency: str) -> Decimal:
        """What it lists at, in minor units, unrounded."""
        return _EXACT.multiply(self.list_price, self.quantity).scaleb(minor_digits(currency), _EXACT)

    def granted(self, currency: str) -> Decimal:
        """The same after the discount on the line."""
        return _EXACT.multiply(self.listed(currency), _EXACT.subtract(1, self.discount))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What a quote comes to, before tax but for `gross`."""

    listed: Money
    net: Money
    tax: Money
    gross: Money
    discount: Fraction


def add_up(
    lines: Sequence[QuoteLine], *, currency: str, discount: Decimal, coupons: int
) -> tuple[tuple[QuoteLine, ...], Sums]:
    """Fill in the amounts of the lines, and sum them. Raises CouponsTooLarge."""
    nets = [half_up(line.granted(currency)) for line in lines]
    net = half_up(sum(nets) * (1 - Fraction(discount))) - coupons
    if net < 0:
        raise CouponsTooLarge
    shares = _spread(Money(minor=net, currency=currency), nets)
    filled = tuple(
        replace(
            line,
            list_minor=half_up(line.listed(currency)),
            net_minor=share,
            tax_minor=half_up(share * Fraction(line.tax_rate)),
        )
        for line, share in zip(lines, shares, strict=True)
    )
    listed, tax = sum(line.list_minor for line in filled), sum(line.tax_minor for line in filled)
    whole = discount_in_total(lines, currency=currency, discount=discount, coupons=coupons)
    return filled, Sums(
        listed=Money(minor=listed, currency=currency),
        net=Money(minor=net, currency=currency),
        tax=Money(minor=tax, currency=currency),
        gross=Money(minor=net + tax, currency=currency),
        discount=whole,
    )


def _spread(net: Money, nets: Sequence[int]) -> list[int]:
    return [part.minor for part in split(net, nets)] if sum(nets) else [0 for _ in nets]


def kept_of(lines: Sequence[QuoteLine], *, currency: str, discount: Decimal, coupons: int) -> Fraction:
    """The part of the lines' nets that remains after the discount on the total and the coupons, unrounded."""
    granted = _sum(line.granted(currency) for line in lines)
    return Fraction(_left(granted, discount, coupons)) / Fraction(granted) if granted else Fraction(1)


def discount_of_line(line: QuoteLine, *, kept: Fraction) -> Fraction:
    """1 − net ÷ list of one line, with its share of what the total and coupons take off."""
    return 1 - (1 - Fraction(line.discount)) * kept


def discount_in_total(lines: Sequence[QuoteLine], *, currency: str, discount: Decimal, coupons: int) -> Fraction:
    """1 − net ÷ list of the whole quote; nothing listed is no discount."""
    listed = _sum(line.listed(currency) for line in lines)
    if not listed:
        return Fraction(0)
    granted = _sum(line.granted(currency) for line in lines)
    return 1 - Fraction(_left(granted, discount, coupons)) / Fraction(listed)


def _left(granted: Decimal, discount: Decimal, coupons: int) -> Decimal:
    """What the lines' nets are together after the discount on the total and the coupons, never less than nothing."""
    after = _EXACT.subtract(_EXACT.multiply(granted, _EXACT.subtract(1, discount)), coupons)
    return max(after, _NOTHING)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return reduce(_EXACT.add, amounts, _NOTHING)


def half_up(amount: Decimal | Fraction | int) -> int:
    """The amount in whole minor units, halves away from zero (四舍五入); never negative here."""
    return int(Fraction(amount) + _HALF)


def shown(discount: Fraction) -> Decimal:
    """A discount as a fraction with at most six places; what lies over a limit never shows as the limit."""
    exact = _CAREFUL.divide(Decimal(discount.numerator), Decimal(discount.denominator))
    rounded = exact.quantize(_SIX_PLACES, context=_CAREFUL)
    return Decimal(f"{rounded.normalize():f}")


def percent(discount: Fraction) -> str:
    """A discount in percent, for example "15.004"."""
    return f"{(shown(discount) * 100).normalize():f}"


def in_zhe(discount: Fraction) -> str:
    """The discount as it is said in Chinese: 15 % is 85折, 20 % is 8折, 15.004 % is 8.4996折; none is an empty text."""
    kept = (1 - shown(discount)) * 100
    if kept >= 100:  # noqa: PLR2004 - the whole, in percent
        return ""
    if kept == kept.to_integral_value() and kept > _TEN_PERCENT and kept % _TEN_PERCENT:
        return f"{int(kept)}折"
    return f"{(kept / _TEN_PERCENT).normalize():f}折"


@dataclass(eq=False, kw_only=True)
class CouponsTooLarge(InvalidField):
    """The coupons are worth more than the quote."""

    reason = "QUOTE_COUPONS_TOO_LARGE"

    field: str = "quote.coupons"
