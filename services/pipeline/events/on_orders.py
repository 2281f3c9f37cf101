"""What pipeline keeps of the orders of customers when contracts tells of contracts."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from millrace.contracts.v1 import contract_events_pb2 as contract_events

from chassis.consumer import Event, Subscription
from chassis.rebuilding import Rebuilding
from chassis.wire import instant_of, money_of, reference
from services.pipeline.domain.buying_habits import Bought
from services.pipeline.storage.account_orders import ACCOUNT_ORDERS, Connection, keep_orders, order_to_row


def orders_subscription() -> Subscription:
    """The subscription that follows signed contracts: every event tells all of one, so the last of a set counts."""
    return Subscription(
        name="pipeline-orders", stream="contracts", subjects=("millrace.contracts.v1.contract.>",), apply=_apply
    )


def orders_rebuilding() -> Rebuilding:
    """The orders made anew from the history of contracts."""
    return Rebuilding(subscriptions=(orders_subscription(),), tables=(ACCOUNT_ORDERS,))


async def _apply(connection: Connection, events: Sequence[Event]) -> None:
    told = {event.aggregate: event.message.contract for event in events}
    orders = [_order(contract) for contract in told.values() if contract.HasField("sign_time") and contract.account]
    if orders:
        await keep_orders(connection, orders)


def _order(told: contract_events.ContractSnapshot) -> Mapping[str, object]:
    return order_to_row(
        contract=UUID(told.name.rpartition("/")[2]),
        account=UUID(told.account.rpartition("/")[2]),
        sign_time=instant_of(told.sign_time, field="contract.sign_time"),
        ended=told.state == contract_events.CONTRACT_STATE_TERMINATED,
        amount=money_of(told.amount, field="contract.amount") if told.HasField("amount") else None,
        items=[item for item in map(_item, told.items) if item is not None],
    )


def _item(told: Any) -> Bought | None:
    """One product; what a newer release tells otherwise is none."""
    product = reference(told.product, field="contract.items.product")
    try:
        quantity = Decimal(told.quantity.value)
    except InvalidOperation:
        return None
    if product is None:
        return None
    return Bought(product=product, quantity=quantity, amount=money_of(told.amount, field="contract.items.amount"))
