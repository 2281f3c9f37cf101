"""How much an account resembles a customer who was won (相似客户): points for what they share add up to the score."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from services.pipeline.domain.account import Account
from trade.likeness import most_alike, near_points
from trade.reasons import Reason

# Below so few won customers nothing is said: one customer is no pattern.
FEWEST_WON = 3


class Trait(Enum):
    """What is compared; the value is how many points it is worth at most."""

    INDUSTRY = ("industry", 35)
    SIZE = ("size", 25)
    GROUP = ("group", 15)
    REGION = ("region", 15)
    CHANNEL = ("channel", 10)

    @property
    def points(self) -> int:
        """The most points there are for it; those of all traits are a hundred."""
        return self.value[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What of an account is compared: what is not known is empty, and gives no points.

    `house` is the account at which its group of companies (集团) begins: the one above, else itself.
    """

    account: UUID
    house: UUID
    industry: str = ""
    employees: int = 0
    region: UUID | None = None
    channel: UUID | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What one trait adds, and what both have in common there, as a text."""

    trait: Trait
    points: int
    shared: str = ""

    def to_reason(self) -> Reason:
        """The part as it is told."""
        return Reason(f"ACCOUNT_LIKENESS_{self.trait.name}", {"shared": self.shared, "points": str(self.points)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How much an account resembles the won customer it resembles most, and how many of them it is alike."""

    account: UUID
    like: UUID
    parts: tuple[Part, ...]
    alike: int

    @property
    def score(self) -> int:
        """From 0 to 100: the sum of the parts."""
        return sum(part.points for part in self.parts)


def traits_of(account: Account) -> Traits:
    """What of an account is compared."""
    return Traits(
        account=account.uuid,
        house=account.facts.parent or account.uuid,
        industry=account.facts.industry,
        employees=account.facts.employee_count,
        region=account.ownership.region,
        channel=account.origin.channel,
    )


def likeness(traits: Traits, won: Sequence[Traits]) -> Likeness | None:
    """The customer an account resembles most, the last won of equals; None where it shares nothing with any.

    `won` has the last won first. An account is not compared with itself.
    """
    found = most_alike(
        (other.account, tuple(_parts(traits, other))) for other in won if other.account != traits.account
    )
    if found is None:
        return None
    return Likeness(account=traits.account, like=found.like, parts=found.parts, alike=found.alike)


def _parts(one: Traits, other: Traits) -> Iterator[Part]:
    """What both share, each with its points; what one of them does not tell is no difference and no likeness."""
    if one.industry and one.industry == other.industry:
        yield Part(Trait.INDUSTRY, Trait.INDUSTRY.points, one.industry)
    size = near_points(Trait.SIZE.points, one.employees, other.employees)
    if size:
        yield Part(Trait.SIZE, size, f"{other.employees:,}")
    if one.house == other.house:
        yield Part(Trait.GROUP, Trait.GROUP.points)
    if one.region is not None and one.region == other.region:
        yield Part(Trait.REGION, Trait.REGION.points)
    if one.channel is not None and one.channel == other.channel:
        yield Part(Trait.CHANNEL, Trait.CHANNEL.points)
