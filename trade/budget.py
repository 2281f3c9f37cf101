"""What a customer means to spend (预算)."""

from dataclasses import dataclass

from kernel.errors import InvalidField
from kernel.money import Money


@dataclass(eq=False, kw_only=True)
class BudgetBoundsCrossed(InvalidField):
    """The least the customer means to spend is more than the most, or in another currency."""

    reason = "BUDGET_BOUNDS_CROSSED"

    field: str = "budget_max"


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What the customer means to spend (预算): an amount, a range, or one bound of it; absent bounds are None."""

    least: Money | None = None
    most: Money | None = None

    def __post_init__(self) -> None:
        if self.least is None or self.most is None:
            return
        if self.least.currency != self.most.currency or self.least.minor > self.most.minor:
            raise BudgetBoundsCrossed

    @property
    def is_clear(self) -> bool:
        """Whether an amount or a range is given; a budget of nothing is none."""
        return any(bound is not None and bound.minor > 0 for bound in (self.least, self.most))

    @property
    def currency(self) -> str | None:
        """The currency of the bounds; None without any."""
        bound = self.least or self.most
        return bound.currency if bound else None


NO_BUDGET = Budget()
