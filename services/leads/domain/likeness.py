"""How much a lead resembles a customer who was won (相似客户): points for what they share add up to the score."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from services.leads.domain.behaviours import BehaviourKind, Tally
from services.leads.domain.intent import known_budget
from services.leads.domain.lead import Lead
from trade.likeness import most_alike, near_points
from trade.reasons import Reason

# Below so few won customers nothing is said: one customer is no pattern.
FEWEST_WON = 3


class Trait(Enum):
    """What is compared; the value is how many points it is worth at most."""

    INDUSTRY = ("industry", 30)
    SIZE = ("size", 20)
    BUDGET = ("budget", 20)
    REGION = ("region", 15)
    BEHAVIOUR = ("behaviour", 10)
    CHANNEL = ("channel", 5)

    @property
    def points(self) -> int:
        """The most points there are for it; those of all traits are a hundred."""
        return self.value[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What of a customer is compared: what is not known is empty, and gives no points. `budget` is in whole yuan."""

    lead: UUID
    industry: str = ""
    region: UUID | None = None
    employees: int = 0
    budget: int | None = None
    channel: str = ""
    behaviours: frozenset[BehaviourKind] = frozenset()


@dataclass(frozen=True, slots=True)
class Part:
    """What one trait adds, and what both have in common there, as a text."""

    trait: Trait
    points: int
    shared: str

    def to_reason(self) -> Reason:
        """The part as it is told."""
        return Reason(f"LIKENESS_{self.trait.name}", {"shared": self.shared, "points": str(self.points)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How much a lead resembles the won customer it resembles most, and how many of them it is alike."""

    lead: UUID
    like: UUID
    parts: tuple[Part, ...]
    alike: int

    @property
    def score(self) -> int:
        """From 0 to 100: the sum of the parts."""
        return sum(part.points for part in self.parts)


def traits_of(lead: Lead, *, channel: str, tally: Tally) -> Traits:
    """What of a lead is compared; `channel` is the channel's kind, `tally` what was done behind the lead."""
    done = {kind for kind in BehaviourKind if getattr(tally, f"{kind.value}s")}
    facts = lead.facts
    return Traits(
        lead=lead.uuid,
        industry=facts.industry,
        region=facts.region,
        employees=facts.employee_count,
        budget=known_budget(facts.budget),
        channel=channel,
        behaviours=frozenset(done),
    )


def likeness(traits: Traits, won: Sequence[Traits]) -> Likeness | None:
    """The won customer a lead resembles most, the last won of equals; None where it shares nothing with any.

    `won` has the last won first. A lead is not compared with itself.
    """
    found = most_alike((other.lead, tuple(_parts(traits, other))) for other in won if other.lead != traits.lead)
    if found is None:
        return None
    return Likeness(lead=traits.lead, like=found.like, parts=found.parts, alike=found.alike)


def _parts(one: Traits, other: Traits) -> Iterator[Part]:
    """What both share, each with its points; what one of them does not tell is no difference and no likeness."""
    if one.industry and one.industry == other.industry:
        yield Part(Trait.INDUSTRY, Trait.INDUSTRY.points, one.industry)
    yield from _near(Trait.SIZE, one.employees, other.employees)
    yield from _near(Trait.BUDGET, one.budget or 0, other.budget or 0)
    if one.region is not None and one.region == other.region:
        yield Part(Trait.REGION, Trait.REGION.points, "")
    both = one.behaviours & other.behaviours
    if both:
        share = len(both) / len(one.behaviours | other.behaviours)
        told = ", ".join(kind.value for kind in BehaviourKind if kind in both)
        yield Part(Trait.BEHAVIOUR, round(Trait.BEHAVIOUR.points * share), told)
    if one.channel and one.channel == other.channel:
        yield Part(Trait.CHANNEL, Trait.CHANNEL.points, one.channel)


def _near(trait: Trait, one: int, other: int) -> Iterator[Part]:
    points = near_points(trait.points, one, other)
    if points:
        yield Part(trait, points, f"{other:,}")
