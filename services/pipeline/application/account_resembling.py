"""Accounts that resemble won customers (相似客户), and what customers may need besides (交叉销售): a round, daily."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.listing import Page, PageRequest
from chassis.rounds import Walk, carry_on
from chassis.rule_sets import Rulebook
from chassis.work import Read, UnitOfWork
from services.pipeline.application.rule_kinds import CROSS_SELLING
from services.pipeline.domain.account import Account
from services.pipeline.domain.account_likeness import FEWEST_WON, Traits, likeness, traits_of
from services.pipeline.domain.cross_selling import CrossSellingRules, Offer, offers, silence, telling
from services.pipeline.storage import account_likenesses as likenesses
from services.pipeline.storage import cross_selling
from services.pipeline.storage.account_likenesses import LookAlike
from services.pipeline.storage.account_matches import live_accounts, visible_among
from services.pipeline.storage.accounts import READING
from services.pipeline.storage.cross_selling import Known, ListedOffer
from services.pipeline.storage.metadata import ROUNDS
from trade.reasons import Reason

COMPARE_ACCOUNTS = "compare accounts"
# The customers won last, and the last buyers of a product: what sold years ago says little of what sells now.
MOST_WON, MOST_BUYERS = 300, 100
_AT_ONCE = 100
# Between so many accounts the loop serves others.
_BREATH = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLike:
    """The account that another one resembles, where the reader sees it, and only then how it is called."""

    account: UUID | None = None
    display_name: str = ""


class AccountResembling:
    """Goes over all live accounts, a few at a time, whenever somebody was won and each day."""

    def __init__(self, rulebook: Rulebook, *, zone: ZoneInfo) -> None:
        """Days are days of `zone`."""
        self._rulebook = rulebook
        self._zone = zone

    async def go_on(self, work: UnitOfWork) -> int:
        """The round goes on by a few accounts; below three won customers there is nothing to compare with."""
        force = await self._rulebook.current(work, CROSS_SELLING)
        count, last = await likenesses.won_mark(work)
        goal = f"{count} until {last}, rules {force.version}, {work.now.astimezone(self._zone).date()}"

        async def following(after: UUID | None, most: int) -> Sequence[Account]:
            return await likenesses.next_accounts(work, after=after, most=most)

        async def bring(accounts: Sequence[Account]) -> int:
            await _find_likenesses(work, accounts)
            await _find_offers(work, accounts, goal=goal, rules=force.rules)
            return 0  # each day goes over all of them anyway

        walk = Walk(
            name=COMPARE_ACCOUNTS,
            goal=goal if count >= FEWEST_WON else "",
            following=following,
            bring=bring,
            batch=_AT_ONCE,
        )
        return await carry_on(work, ROUNDS, walk)


async def list_look_alikes(read: Read, *, wanted: PageRequest) -> tuple[Page[LookAlike], Mapping[UUID, ShownLike]]:
    """Accounts that resemble a won customer show themselves to those who see them, the most alike first."""
    page = await likenesses.list_page(read, wanted, permission=READING)
    return page, await _likes(read, {each.likeness.like for each in page.items})


async def list_offers(
    read: Read, *, wanted: PageRequest, rulebook: Rulebook
) -> tuple[Page[ListedOffer], Mapping[UUID, ShownLike], Reason | None]:
    """What customers may need besides shows itself to those who see them; where nothing is said of anybody, why."""
    page = await cross_selling.list_page(read, wanted, permission=READING)
    known = await cross_selling.last_known(read)
    rules = (await rulebook.current(read, CROSS_SELLING)).rules
    why = silence(customers=known.customers, affinities=len(known.affinities), rules=rules)
    return page, await _likes(read, {each.offer.likeness.like for each in page.items}), why


async def _likes(read: Read, likes: set[UUID]) -> Mapping[UUID, ShownLike]:
    """Those that the reader sees."""
    seen = await visible_among(read, likes)
    known = await live_accounts(read, seen)
    return {each.uuid: ShownLike(account=each.uuid, display_name=each.facts.display_name) for each in known}


async def _find_likenesses(work: UnitOfWork, accounts: Sequence[Account]) -> None:
    """Of accounts that are won customers themselves nothing is said."""
    won = [traits_of(each) for each in await likenesses.won_last(work, most=MOST_WON)]
    customers = await likenesses.won_among(work, [each.uuid for each in accounts])
    found = []
    for place, account in enumerate(accounts, start=1):
        like = likeness(traits_of(account), won) if account.uuid not in customers else None
        if like is not None:
            found.append(like)
        if place % _BREATH == 0:
            await asyncio.sleep(0)
    await likenesses.keep_likenesses(work, [each.uuid for each in accounts], found)


async def _find_offers(work: UnitOfWork, accounts: Sequence[Account], *, goal: str, rules: CrossSellingRules) -> None:
    known = await cross_selling.known_for(work, goal) or await _find_affinities(work, goal, rules)
    bought = await cross_selling.bought_by(work, [each.uuid for each in accounts], rules=rules)
    buyers = await _buyers(work, known, rules)
    found: list[Offer] = []
    for place, account in enumerate(accounts, start=1):
        if account.uuid in bought:
            found += offers(traits_of(account), bought[account.uuid], known.affinities, buyers)
        if place % _BREATH == 0:
            await asyncio.sleep(0)
    await cross_selling.keep_offers(work, [each.uuid for each in accounts], found)


async def _find_affinities(work: UnitOfWork, goal: str, rules: CrossSellingRules) -> Known:
    """Once for a walk: what was bought since does not move what is said of the others meanwhile."""
    customers = await cross_selling.count_customers(work, rules=rules)
    together = await cross_selling.bought_together(work, rules=rules, customers=customers)
    known = Known(customers=customers, affinities=telling(together, rules=rules))
    await cross_selling.keep_known(work, goal, known)
    return known


async def _buyers(work: UnitOfWork, known: Known, rules: CrossSellingRules) -> Mapping[UUID, Sequence[Traits]]:
    """What of the last buyers of each product is compared."""
    products = {each.other for each in known.affinities}
    last = await cross_selling.last_buyers(work, products, rules=rules, most=MOST_BUYERS)
    wanted = {account for accounts in last.values() for account in accounts}
    traits = {each.uuid: traits_of(each) for each in await live_accounts(work, wanted)}
    return {product: [traits[each] for each in accounts if each in traits] for product, accounts in last.items()}
