"""Rating accounts (客户分级), and telling why each is in its tier."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from chassis.rule_sets import InForce, Rulebook
from chassis.work import Read, UnitOfWork
from services.pipeline.application.rule_kinds import ACCOUNT_TIERS
from services.pipeline.domain.account_tier import Figures, Marks, Rating, TierRules, marks_of, rate
from services.pipeline.storage.account_ratings import (
    KeptRating,
    figures_of,
    fresh_marks,
    keep_marks,
    keep_rating,
    rating_of,
)
from services.pipeline.storage.accounts import READING, get_account


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """What some accounts are rated by: the rules, the marks over all accounts, and the figures of these."""

    rules: InForce[TierRules]
    marks: Marks
    figures: Mapping[UUID, Figures]

    def rate(self, account: UUID) -> Rating:
        """What one of them is rated now."""
        return rate(self.figures.get(account, _NOTHING), marks=self.marks, rules=self.rules.rules)


_NOTHING = Figures()


async def scale_for(work: UnitOfWork, accounts: Collection[UUID], rulebook: Rulebook) -> Scale:
    """Marks hold for a day: one customer's order does not move everybody's tier at once."""
    force = await rulebook.current(work, ACCOUNT_TIERS)
    marks = await fresh_marks(work, rules_version=force.version)
    if marks is None:
        everybody = await figures_of(work, None, rules=force.rules)
        marks = marks_of(everybody.values(), rules=force.rules)
        keep_marks(work, marks, rules_version=force.version)
    return Scale(rules=force, marks=marks, figures=await figures_of(work, accounts, rules=force.rules))


def keep_rating_of(work: UnitOfWork, account: UUID, scale: Scale) -> None:
    """What an account is rated is kept, and why."""
    keep_rating(work, account, scale.rate(account), rules_version=scale.rules.version)


async def get_account_tier(read: Read, *, account: UUID) -> KeptRating | None:
    """Whoever sees an account sees what it was last rated, and why. Raises AccountNotFound."""
    await get_account(read, account, permission=READING)
    return await rating_of(read, account)
