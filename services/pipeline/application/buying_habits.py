"""Reading buying habits (购买习惯)."""

from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.rule_sets import Rulebook
from chassis.work import Read
from services.pipeline.application.rule_kinds import BUYING_HABITS
from services.pipeline.domain.buying_habits import BuyingHabits, buying_habits
from services.pipeline.storage.account_orders import orders_of_account
from services.pipeline.storage.accounts import READING, get_account


async def get_buying_habits(read: Read, *, account: UUID, rulebook: Rulebook, zone: ZoneInfo) -> BuyingHabits:
    """Whoever sees an account sees what it buys, how often, and when the next order is to be expected.

    Raises AccountNotFound.
    """
    await get_account(read, account, permission=READING)
    orders = await orders_of_account(read, account, zone=zone)
    rules = (await rulebook.current(read, BUYING_HABITS)).rules
    return buying_habits(orders, rules=rules, today=read.now.astimezone(zone).date())
