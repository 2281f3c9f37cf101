"""Cross-selling (交叉销售): what else a customer may need, by what others bought who bought the same and are alike."""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from services.pipeline.domain.account_likeness import Likeness, Traits, likeness
from trade.reasons import Reason
from trade.rule_body import RuleBody

_MOST_DAYS, _MOST_CUSTOMERS, _WHOLE = 3650, 100_000, 100
_FEWEST, _MOST_LIFT = 3, 10_000
_MOST_OFFERS = 5
# The quantile of the normal distribution for 95 per cent on one side.
_Z = 1.645


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossSellingRules:
    """Of how many days orders count, and from which samples on two products say something of each other.

    `lift` in per cent: 130 where buyers of the one buy the other 1.3 times as often as customers do.
    """

    days: int
    least_buyers: int
    least_both: int
    least_lift: int

    @classmethod
    def from_mapping(cls, body: Mapping[str, object]) -> "CrossSellingRules":
        """Read the rules from their stored form; raises RuleBodyInvalid."""
        section = RuleBody(body).only("sample").section("sample")
        section.only("days", "least_buyers", "least_both", "least_lift")
        return cls(
            days=section.whole("days", least=1, most=_MOST_DAYS),
            least_buyers=section.whole("least_buyers", least=_FEWEST, most=_MOST_CUSTOMERS),
            least_both=section.whole("least_both", least=_FEWEST, most=_MOST_CUSTOMERS),
            least_lift=section.whole("least_lift", least=_WHOLE, most=_MOST_LIFT),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Affinity:
    """How often those who `bought` one product bought the `other` too, as numbers of customers.

    `buyers` bought the one, `both` of them the other as well; of all `customers` with an order `other_buyers` did.
    """

    bought: UUID
    other: UUID
    buyers: int
    both: int
    other_buyers: int
    customers: int

    @property
    def confidence(self) -> Fraction:
        """Which part of those who bought the one bought the other."""
        return Fraction(self.both, self.buyers)

    @property
    def base(self) -> Fraction:
        """Which part of all customers bought the other."""
        return Fraction(self.other_buyers, self.customers)

    @property
    def lift(self) -> Fraction:
        """How many times as often as among all customers."""
        return self.confidence / self.base

    @property
    def least_confidence(self) -> float:
        """The lower bound of the confidence, 95 per cent sure: few buyers prove little (Wilson 1927)."""
        count, share = self.buyers, float(self.confidence)
        spread = _Z * math.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2))
        return (share + _Z**2 / (2 * count) - spread) / (1 + _Z**2 / count)

    def to_reason(self) -> Reason:
        """The affinity as it is told."""
        return Reason(
            "CROSS_SELLING_BOUGHT_TOGETHER",
            {
                "buyers": str(self.buyers),
                "both": str(self.both),
                "percent": str(round(_WHOLE * self.confidence)),
                "base": str(round(_WHOLE * self.base)),
                "customers": str(self.customers),
                "lift": f"{float(self.lift):.1f}",
            },
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A product an account may need: by which affinity, and which of its buyers it resembles most."""

    account: UUID
    affinity: Affinity
    likeness: Likeness

    @property
    def product(self) -> UUID:
        """The product to offer."""
        return self.affinity.other

    @property
    def reasons(self) -> Iterator[Reason]:
        """Why: the numbers, how many buyers it is alike, and in what it resembles one of them."""
        yield self.affinity.to_reason()
        yield Reason("CROSS_SELLING_ALIKE", {"count": str(self.likeness.alike)})
        yield from (part.to_reason() for part in self.likeness.parts)


def telling(found: Iterable[Affinity], *, rules: CrossSellingRules) -> tuple[Affinity, ...]:
    """Those that are more than chance: enough buyers, enough of both, enough lift, and a sure part above the base."""
    return tuple(
        each
        for each in found
        if each.buyers >= rules.least_buyers
        and each.both >= rules.least_both
        and each.lift * _WHOLE >= rules.least_lift
        and each.least_confidence > each.base
    )


def offers(
    traits: Traits,
    bought: Collection[UUID],
    affinities: Sequence[Affinity],
    buyers: Mapping[UUID, Sequence[Traits]],
) -> tuple[Offer, ...]:
    """What a customer who bought something may need besides, the surest first, at most five products.

    Of each product the affinity with the greatest lift counts. Offered is only what one of its buyers has whom the
    customer is alike; `buyers` has the last ones of each product first.
    """
    best: dict[UUID, Affinity] = {}
    for each in affinities:
        if each.bought in bought and each.other not in bought:
            known = best.get(each.other)
            if known is None or (each.lift, each.both) > (known.lift, known.both):
                best[each.other] = each
    found = []
    for product, affinity in best.items():
        like = likeness(traits, buyers.get(product, ()))
        if like is not None and like.alike:
            found.append(Offer(account=traits.account, affinity=affinity, likeness=like))
    return tuple(sorted(found, key=lambda offer: (-offer.affinity.lift, -offer.affinity.both, offer.product)))[
        :_MOST_OFFERS
    ]


def silence(*, customers: int, affinities: int, rules: CrossSellingRules) -> Reason | None:
    """Why nothing is offered to anybody; None where something could be."""
    if customers < rules.least_buyers:
        return Reason(
            "CROSS_SELLING_TOO_FEW_CUSTOMERS", {"customers": str(customers), "least": str(rules.least_buyers)}
        )
    return None if affinities else Reason("CROSS_SELLING_NOTHING_TELLS", {"customers": str(customers)})
