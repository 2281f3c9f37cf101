"""What one customer is conceded is judged together, however the quotes are submitted (C-03)."""

import asyncio
from typing import Any

import pytest
from google.type.decimal_pb2 import Decimal
from millrace.contracts.v1 import quote_events_pb2 as states
from millrace.contracts.v1.quote_pb2 import Quote, QuoteLine
from sqlalchemy import text

from chassis.wire import uuid_of
from chassis.work import UnitOfWork
from services.contracts.application.quote_approval import submit_quote
from services.contracts.rpc.quote_wiring import quote_desk
from tests.integration.contracts.conftest import ContractsHouse
from tests.integration.contracts.test_quotes import Shop
from tests.support.waiting import eventually


@pytest.fixture
async def shop(house: ContractsHouse) -> Shop:
    shop = Shop(house)
    await shop.open()
    return shop


async def large(shop: Shop) -> Quote:
    """A quote that concedes CNY 60,000 by itself: two of them are more than one may."""
    line = QuoteLine(product=shop.product, quantity=Decimal(value="40"), line_discount=Decimal(value="0.15"))
    return await shop.quote(lines=[line])


async def test_two_quotes_submitted_together_are_judged_together(shop: Shop) -> None:
    """The second is submitted after the first was judged and before that is committed."""
    first, second = await large(shop), await large(shop)
    others: list[asyncio.Task[Quote]] = []

    async def submit_beside(work: UnitOfWork) -> None:
        await submit_quote(work, quote_desk(shop.house.parts), uuid=uuid_of(first.name), seen=None)
        await work.flush()
        others.append(asyncio.create_task(shop.submit(second)))
        await eventually(lambda: waits_or_is_done(shop, others[0]))

    await shop.by_itself(submit_beside)
    judged = await others[0]
    assert (await shop.read(first)).state == states.QUOTE_STATE_APPROVED
    assert judged.state == states.QUOTE_STATE_PENDING_APPROVAL
    assert [reason.code for reason in judged.reasons] == ["QUOTES_SPLIT"]


async def waits_or_is_done(shop: Shop, task: asyncio.Task[Any]) -> bool:
    async with shop.house.engine.connect() as connection:
        waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
        return task.done() or bool(await connection.scalar(text(waiting)))
