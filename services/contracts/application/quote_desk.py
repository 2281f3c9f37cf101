"""Where quotes are written: the rules in force, the calendar, and what follows when one is approved."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from chassis.rule_sets import InForce, Rulebook
from chassis.work import Read, UnitOfWork
from services.contracts.application.quote_following import quote_approved
from services.contracts.application.rule_kinds import DISCOUNT_AUTHORITY, QUOTE
from services.contracts.domain.discount_authority import AuthorityRules
from services.contracts.domain.quote import Quote
from services.contracts.domain.quote_rules import QuoteRules

Following = Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteDesk:
    """What the use cases of quotes are given; `follow` begins the contract of an opportunity that negotiates."""

    rulebook: Rulebook
    zone: ZoneInfo
    follow: Following

    async def rules(self, read: Read) -> QuoteRules:
        """The rules of quotes in force."""
        return (await self.rulebook.current(read, QUOTE)).rules

    async def authority(self, read: Read) -> InForce[AuthorityRules]:
        """Who may agree to which discount, and the version of that."""
        return await self.rulebook.current(read, DISCOUNT_AUTHORITY)

    def day(self, now: datetime) -> date:
        """The business day of an instant."""
        return now.astimezone(self.zone).date()

    async def approved(self, work: UnitOfWork, quote: Quote) -> None:
        """What follows of an approval, in its transaction."""
        await quote_approved(work, quote=quote)
        await self.follow(work, opportunity=quote.deal.opportunity)
