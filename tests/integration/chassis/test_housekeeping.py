"""What every service clears away by itself."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from millrace.contracts.v1.receipt_service_pb2 import BookReceiptRequest
from millrace.leads.v1.lead_service_pb2 import CreateLeadRequest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.clock import FileClock
from chassis.housekeeping import forget_requests, housekeeping
from chassis.tables import requests
from chassis.work.request_key import lasts
from kernel.time import SystemClock
from tests.support.clock import FixedClock

FILL = text(
    "insert into requests select 'members/a', '/m', number::text, '', '', cast(:created as timestamptz) "
    "from generate_series(cast(:first as integer), cast(:last as integer)) as number"
)


@pytest.fixture
async def full(engine: AsyncEngine, clock: FixedClock) -> None:
    """12,000 answers of 31 days ago and one of 29 days ago."""
    async with engine.begin() as connection:
        old, young = clock.now() - timedelta(days=31), clock.now() - timedelta(days=29)
        await connection.execute(FILL, {"created": old, "first": 1, "last": 12_000})
        await connection.execute(FILL, {"created": young, "first": 12_001, "last": 12_001})


async def left(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return await connection.scalar(select(func.count()).select_from(requests)) or 0


@pytest.mark.usefixtures("full")
async def test_all_answers_older_than_30_days_are_forgotten_in_one_sweep(
    engine: AsyncEngine, clock: FixedClock
) -> None:
    async with engine.begin() as connection:
        assert await forget_requests(connection, clock.now()) == 12_000
    assert await left(engine) == 1


@pytest.mark.usefixtures("full")
async def test_answers_of_commands_that_move_money_are_kept_for_ever(engine: AsyncEngine, clock: FixedClock) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("update requests set lasting = true where request_id = '7'"))
        assert await forget_requests(connection, clock.now()) == 11_999
    assert await left(engine) == 2


@pytest.mark.parametrize(("request_type", "lasting"), [(BookReceiptRequest, True), (CreateLeadRequest, False)])
def test_an_answer_lasts_where_the_contract_requires_a_request_id(request_type: Any, lasting: bool) -> None:
    assert lasts(request_type.DESCRIPTOR) is lasting


@pytest.mark.usefixtures("full")
async def test_a_sweep_whose_time_is_over_leaves_the_rest_to_the_next(engine: AsyncEngine, clock: FixedClock) -> None:
    async with engine.begin() as connection:
        assert await forget_requests(connection, clock.now(), spell=0) == 5_000
    assert await left(engine) == 7_001


def test_in_a_rehearsal_whose_months_are_seconds_no_answer_is_forgotten(tmp_path: Path) -> None:
    assert "forget requests" not in {sweep.name for sweep in housekeeping(FileClock(tmp_path / "clock"))}


def test_answers_are_forgotten_every_minute() -> None:
    assert {sweep.name: sweep.every for sweep in housekeeping(SystemClock())}["forget requests"] == timedelta(minutes=1)
