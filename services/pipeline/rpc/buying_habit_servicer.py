"""BuyingHabitService on the wire."""

from zoneinfo import ZoneInfo

from millrace.pipeline.v1 import buying_habit_pb2 as messages
from millrace.pipeline.v1 import buying_habit_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.wording import Wording
from chassis.rule_sets import Rulebook
from chassis.texts import Texts
from chassis.wire import date_message, decimal_message, money_message, named, uuid_of
from chassis.work import Store
from services.pipeline.application.buying_habits import get_buying_habits
from services.pipeline.domain.buying_habits import BuyingHabits, ProductHabit


class BuyingHabitServicer:
    """Buying habits (购买习惯)."""

    def __init__(self, store: Store, rulebook: Rulebook, texts: Texts, *, zone: ZoneInfo) -> None:
        """Days are days of `zone`."""
        self._store = store
        self._rulebook = rulebook
        self._texts = texts
        self._zone = zone

    async def GetBuyingHabits(self, request: contract.GetBuyingHabitsRequest, call: Call) -> messages.BuyingHabits:
        """Of an account."""
        account = uuid_of(request.parent, field="parent")
        habits = await self._store.read(
            call,
            lambda read: get_buying_habits(read, account=account, rulebook=self._rulebook, zone=self._zone),
        )
        return to_message(habits, Wording(self._texts, call.locale))


def to_message(habits: BuyingHabits, wording: Wording) -> messages.BuyingHabits:
    """The habits on the wire."""
    message = messages.BuyingHabits(
        order_count=habits.orders,
        amounts=[money_message(amount) for amount in habits.amounts],
        first_order_date=date_message(habits.first_day),
        last_order_date=date_message(habits.last_day),
        products=[_product_message(each) for each in habits.products],
        reasons=wording.reasons(habits.reasons),
    )
    if habits.interval is not None and habits.next_order is not None:
        interval, following = habits.interval, habits.next_order
        message.interval.usual_days = interval.median
        message.interval.shorter_days = interval.shorter
        message.interval.longer_days = interval.longer
        message.next_order_date.CopyFrom(date_message(following.day))
        message.latest_order_date.CopyFrom(date_message(following.latest_day))
        message.overdue_days = following.overdue_days
    return message


def _product_message(habit: ProductHabit) -> messages.ProductHabit:
    return messages.ProductHabit(
        product=named("products", habit.product),
        order_count=habit.orders,
        quantity=decimal_message(habit.quantity),
        amounts=[money_message(amount) for amount in habit.amounts],
        last_order_date=date_message(habit.last_day),
    )
