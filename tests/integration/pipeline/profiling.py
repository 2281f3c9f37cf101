"""What the tests of profiles do with the service."""

from typing import Any
from uuid import UUID

from millrace.pipeline.v1 import account_events_pb2
from sqlalchemy import select

from chassis.jobs import Sweeps
from chassis.tables import outbox
from services.pipeline.__main__ import sweeps
from tests.integration.pipeline.conftest import PipelineHouse


async def profile(house: PipelineHouse) -> int:
    """Go over the accounts that are due, as the round does; how many were."""
    (round_,) = [each for each in sweeps(house.parts) if each.name == "profile accounts"]
    return await Sweeps([round_], engine=house.parts.background_engine, clock=house.clock).step(round_)


async def told_of(house: PipelineHouse, account: str, message: Any = account_events_pb2.AccountProfiled) -> list[Any]:
    """What was published of an account, in order."""
    uuid, kind = UUID(account.rpartition("/")[2]), message.DESCRIPTOR.full_name
    wanted = select(outbox.c.payload).where(outbox.c.aggregate_id == uuid, outbox.c.event_type == kind)
    async with house.engine.connect() as connection:
        return [message.FromString(payload) for payload in await connection.scalars(wanted.order_by(outbox.c.id))]
