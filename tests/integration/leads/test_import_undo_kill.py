"""Whoever undoes an import is killed again and again: nothing is lost, and nothing is undone twice (撤销导入)."""

import asyncio
import random
import subprocess
import sys

import pytest
from millrace.leads.v1.lead_service_pb2 import ListLeadsRequest
from millrace.leads.v1.lead_withdrawal_events_pb2 import LeadTouchesWithdrawn, LeadWithdrawn
from sqlalchemy import func, select, text

from chassis.tables import outbox
from tests.integration.leads import killed_undoer
from tests.integration.leads.conftest import ANNA, LeadsHouse
from tests.integration.leads.importing import Importing
from tests.integration.leads.merges import Merging
from tests.support.clock import FixedClock
from tests.support.waiting import eventually

KNOWN, MADE = 100, 1400


async def counted(house: LeadsHouse, event: type[LeadWithdrawn | LeadTouchesWithdrawn]) -> tuple[int, int]:
    """How many events of the kind there are, and of how many leads."""
    statement = select(func.count(), func.count(outbox.c.aggregate_id.distinct())).where(
        outbox.c.event_type == event.DESCRIPTOR.full_name
    )
    async with house.engine.connect() as connection:
        events, leads = (await connection.execute(statement)).one()
    return events, leads


@pytest.mark.timeout(300)
async def test_killing_whoever_undoes_again_and_again_undoes_every_row_once(
    house: LeadsHouse, clock: FixedClock
) -> None:
    await house.hire(ANNA, capacity=100_000)
    files, desk = Importing(house, clock), Merging(house)
    lines = [f"第{number}号科技有限公司,张{number},136{number:08d},," for number in range(MADE)]
    await files.take(*lines[:KNOWN])
    done = await files.take(*lines)
    assert (done.progress.touched, done.progress.created + done.progress.in_review) == (KNOWN, MADE - KNOWN)
    begun, chance, url = await files.begin(done), random.Random(7), house.engine.url
    for _ in range(3):
        before = (await files.read(begun.name)).done_count
        process = subprocess.Popen(  # noqa: ASYNC220 - it is killed below
            [sys.executable, "-m", killed_undoer.__name__, url.render_as_string(hide_password=False)]
        )

        async def went_on(before: int = before) -> bool:
            return (await files.read(begun.name)).done_count > before

        await eventually(went_on, within=60)
        await asyncio.sleep(chance.uniform(0, 0.1))
        process.kill()
        process.wait()
    while await files.sweep():
        pass
    undo = await files.read(begun.name)
    assert (undo.taken_back_count, undo.detached_count, undo.kept_count) == (MADE - KNOWN, KNOWN, 0)
    assert await counted(house, LeadWithdrawn) == (MADE - KNOWN, MADE - KNOWN)
    assert await counted(house, LeadTouchesWithdrawn) == (KNOWN, KNOWN)
    assert (await desk.leads.ListLeads(ListLeadsRequest(), **house.boss)).total_size == KNOWN
    async with house.engine.connect() as connection:
        loads = (await connection.execute(text("select sum(open_leads), sum(given_leads) from member_loads"))).one()
        contacts = (await connection.execute(text("select sum(touch_count) from leads where state = 'new'"))).scalar()
    assert (tuple(loads), contacts) == ((KNOWN, KNOWN), KNOWN)
