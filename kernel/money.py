"""Money as a whole number of minor units with its currency; never a float."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor

# ISO 4217: the currencies in circulation.
_CODES = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY
COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR
ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK
MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF
SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU
UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES = frozenset(_CODES.split())
# Currencies whose minor unit is not a hundredth.
_WHOLE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
_MINOR_DIGITS = dict.fromkeys(_WHOLE.split(), 0) | dict.fromkeys(_THOUSANDTHS.split(), 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount in minor units (分 for CNY) of an ISO 4217 currency."""

    minor: int
    currency: str = "CNY"

    def decimal(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.minor).scaleb(-minor_digits(self.currency))

    def written(self) -> str:
        """As people read it: "CNY 28,376.00"."""
        return f"{self.currency} {self.decimal():,}"

    def __add__(self, other: "Money") -> "Money":
        """The sum; raises CurrenciesMixed."""
        return Money(minor=self.minor + self._same(other).minor, currency=self.currency)

    def __sub__(self, other: "Money") -> "Money":
        """The difference, below zero where `other` is more; raises CurrenciesMixed."""
        return Money(minor=self.minor - self._same(other).minor, currency=self.currency)

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise CurrenciesMixed(f"{self.currency} and {other.currency}")
        return other


class CurrenciesMixed(ArithmeticError):  # noqa: N818 - a defect of ours: nothing is converted here
    """Amounts of two currencies cannot be added."""


def split(amount: Money, weights: Sequence[Decimal | int]) -> list[Money]:
    """The amount in parts by weight, which add up to it exactly (最大余数法).

    Each part is its share cut to the minor unit; what is left goes, a unit each, to those that lost most by the cut,
    the earlier one first where two lost as much (Hamilton's method of largest remainders). Raises ValueError for a
    negative amount or weight, and for weights that are nothing together.
    """
    total = sum((Fraction(weight) for weight in weights), Fraction())
    if amount.minor < 0 or total <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("a split needs an amount and weights above zero")
    exact = [amount.minor * Fraction(weight) / total for weight in weights]
    whole = [floor(share) for share in exact]
    left = amount.minor - sum(whole)
    for place in sorted(range(len(exact)), key=lambda place: (whole[place] - exact[place], place))[:left]:
        whole[place] += 1
    return [Money(minor=minor, currency=amount.currency) for minor in whole]


def minor_digits(currency: str) -> int:
    """How many decimals the currency's minor unit has (ISO 4217)."""
    return _MINOR_DIGITS.get(currency, 2)
