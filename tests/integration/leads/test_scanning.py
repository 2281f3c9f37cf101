"""The whole stock is compared, on demand and by itself, and what is found waits in the queue (查重扫描)."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import grpc
import pytest
from millrace.leads.v1 import lead_duplicate_scan_service_pb2 as contract
from millrace.leads.v1 import lead_duplicate_service_pb2 as pairs
from millrace.leads.v1 import lead_pb2
from millrace.leads.v1.lead_duplicate_scan_service_pb2_grpc import LeadDuplicateScanServiceStub
from sqlalchemy import text

from chassis.jobs import carry_out
from chassis.principal import Scope
from services.leads.__main__ import ACCOUNT, scanning
from services.leads.application.scanning import SCAN_STOCK, scan_on
from tests.integration.leads.conftest import ANNA, LeadsHouse
from tests.integration.leads.merges import Merging
from tests.support.clock import FixedClock

RUNNING, COMPLETED, CANCELLED = (
    contract.LEAD_DUPLICATE_SCAN_STATE_RUNNING,
    contract.LEAD_DUPLICATE_SCAN_STATE_COMPLETED,
    contract.LEAD_DUPLICATE_SCAN_STATE_CANCELLED,
)


@pytest.fixture
def desk(house: LeadsHouse) -> Merging:
    return Merging(house)


async def start(house: LeadsHouse, **more: Any) -> contract.LeadDuplicateScan:
    stub: Any = LeadDuplicateScanServiceStub(house.channel)
    begun: contract.LeadDuplicateScan = await stub.StartLeadDuplicateScan(
        contract.StartLeadDuplicateScanRequest(**more), **house.boss
    )
    return begun


async def read(house: LeadsHouse, scan: contract.LeadDuplicateScan) -> contract.LeadDuplicateScan:
    stub: Any = LeadDuplicateScanServiceStub(house.channel)
    found: contract.LeadDuplicateScan = await stub.GetLeadDuplicateScan(
        contract.GetLeadDuplicateScanRequest(name=scan.name), **house.boss
    )
    return found


async def cancel(house: LeadsHouse, scan: contract.LeadDuplicateScan) -> contract.LeadDuplicateScan:
    stub: Any = LeadDuplicateScanServiceStub(house.channel)
    ended: contract.LeadDuplicateScan = await stub.CancelLeadDuplicateScan(
        contract.CancelLeadDuplicateScanRequest(name=scan.name), **house.boss
    )
    return ended


async def scans(house: LeadsHouse) -> list[contract.LeadDuplicateScan]:
    stub: Any = LeadDuplicateScanServiceStub(house.channel)
    answer = await stub.ListLeadDuplicateScans(contract.ListLeadDuplicateScansRequest(), **house.boss)
    return list(answer.lead_duplicate_scans)


async def sweep(house: LeadsHouse, clock: FixedClock) -> int:
    """What the service does every few seconds."""
    async with house.engine.connect() as connection:
        return await scanning(house.parts).run(connection, clock.now())


async def step(house: LeadsHouse) -> int:
    """One lead further, as a sweep goes by fifty."""
    intake = house.parts.once("desk", lambda: None)
    return await carry_out(
        house.parts.store,
        ACCOUNT,
        action=SCAN_STOCK,
        use_case=lambda work: scan_on(work, desk=intake, every=timedelta(0), at_once=1),
    )


async def unseen_twins(house: LeadsHouse, desk: Merging) -> tuple[lead_pb2.Lead, lead_pb2.Lead]:
    """Two leads that nobody noticed to be alike when they were taken in: the second was another company then."""
    known = await desk.create(phone="13905711234")
    newer = await desk.create(company_name="成都蜀江医疗器械有限公司", phone="13905719999")
    await desk.update(newer, company_name="杭州云帆科技有限公司")
    assert await desk.open_pairs() == []
    return known, newer


async def test_a_scan_finds_what_intake_could_not_and_says_how_far_it_came(
    house: LeadsHouse, desk: Merging, clock: FixedClock
) -> None:
    known, newer = await unseen_twins(house, desk)
    begun = await start(house)
    assert (begun.state, begun.lead_count, begun.scanned_count) == (RUNNING, 2, 0)
    assert await sweep(house, clock) == 2
    done = await read(house, begun)
    assert (done.state, done.scanned_count, done.pair_count) == (COMPLETED, 2, 1)
    assert done.HasField("end_time")
    (pair,) = await desk.open_pairs()
    assert (pair.lead, pair.other) == (newer.name, known.name)
    assert "DUPLICATE_COMPANY_SAME" in {reason.code for reason in pair.reasons}
    assert pair.score > 0.5


async def test_nobody_is_asked_twice_about_a_pair(house: LeadsHouse, desk: Merging, clock: FixedClock) -> None:
    await unseen_twins(house, desk)
    await start(house)
    await sweep(house, clock)
    (pair,) = await desk.open_pairs()
    await desk.pairs.DismissDuplicate(pairs.DismissDuplicateRequest(name=pair.name), **house.boss)
    again = await start(house)
    await sweep(house, clock)
    assert (await read(house, again)).pair_count == 0
    assert await desk.open_pairs() == []


async def test_leads_that_were_merged_are_one_for_a_scan(house: LeadsHouse, desk: Merging, clock: FixedClock) -> None:
    known, newer = await unseen_twins(house, desk)
    await desk.merge(newer, known)
    other = await desk.create(company_name="上海浦汇物流有限公司", phone="13905718888")
    await desk.update(other, company_name="杭州云帆科技有限公司")
    begun = await start(house)
    assert begun.lead_count == 2
    await sweep(house, clock)
    assert [(pair.lead, pair.other) for pair in await desk.open_pairs()] == [(other.name, newer.name)]


async def test_a_scan_goes_on_where_it_was_when_its_process_dies(house: LeadsHouse, desk: Merging) -> None:
    await unseen_twins(house, desk)
    begun = await start(house)
    async with house.engine.begin() as connection:
        await connection.execute(text("alter table duplicate_candidates add constraint broken check (false) not valid"))
    with pytest.raises(asyncpg.CheckViolationError):
        await step(house)
    midway = await read(house, begun)
    assert (midway.state, midway.scanned_count, midway.pair_count) == (RUNNING, 0, 0)
    async with house.engine.begin() as connection:
        await connection.execute(text("alter table duplicate_candidates drop constraint broken"))
    assert [await step(house) for _ in range(3)] == [1, 1, 0]
    done = await read(house, begun)
    assert (done.state, done.scanned_count, done.pair_count) == (COMPLETED, 2, 1)


async def test_two_processes_carry_one_scan_on_without_finding_anything_twice(house: LeadsHouse, desk: Merging) -> None:
    await unseen_twins(house, desk)
    begun = await start(house)
    await asyncio.gather(*(step(house) for _ in range(4)))
    while await step(house):
        pass
    done = await read(house, begun)
    assert (done.state, done.scanned_count, done.pair_count) == (COMPLETED, 2, 1)
    assert len(await desk.open_pairs()) == 1


async def test_one_scan_runs_at_a_time(house: LeadsHouse, clock: FixedClock) -> None:
    outcomes = await asyncio.gather(start(house), start(house), return_exceptions=True)
    (begun,) = [each for each in outcomes if isinstance(each, contract.LeadDuplicateScan)]
    (refused,) = [each for each in outcomes if isinstance(each, grpc.aio.AioRpcError)]
    assert (refused.code(), refused.details()) == (
        grpc.StatusCode.FAILED_PRECONDITION,
        f"A scan runs already: {begun.name}",
    )
    assert await start_again(house, begun) == begun


async def start_again(house: LeadsHouse, begun: contract.LeadDuplicateScan) -> contract.LeadDuplicateScan:
    """A request that is repeated after its scan was cancelled begins no other."""
    await cancel(house, begun)
    first = await start(house, request_id="once")
    await cancel(house, first)
    assert (await start(house, request_id="once")).name == first.name
    (_, second) = await scans(house)
    assert second.state == CANCELLED
    return begun


async def test_a_cancelled_scan_stays_where_it_is(house: LeadsHouse, desk: Merging, clock: FixedClock) -> None:
    await unseen_twins(house, desk)
    begun = await start(house)
    ended = await cancel(house, begun)
    assert ended.state == CANCELLED
    assert await sweep(house, clock) == 0
    assert await read(house, begun) == ended
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await cancel(house, begun)
    assert refusal.value.details() == f"This scan has ended already: {begun.name}"


async def test_a_scan_begins_by_itself_once_a_week(house: LeadsHouse, clock: FixedClock) -> None:
    for _ in range(3):
        await sweep(house, clock)
    (first,) = await scans(house)
    assert (first.state, first.author) == (COMPLETED, "services/leads")
    clock.travel(days=7)
    for _ in range(3):
        await sweep(house, clock)
    assert len(await scans(house)) == 2


async def test_a_scan_rests_three_times_as_long_as_it_worked(house: LeadsHouse, clock: FixedClock) -> None:
    sweep_of_scans = scanning(house.parts)
    now, second = clock.now(), timedelta(seconds=1)
    assert sweep_of_scans.next_due(50, begun=now, ended=now, worked=second) == now + timedelta(seconds=3)


async def test_only_who_administers_leads_scans_the_stock(house: LeadsHouse) -> None:
    stub: Any = LeadDuplicateScanServiceStub(house.channel)
    seller = house.as_member(ANNA, Scope.ALL, may=("leads.read", "leads.write"))
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await stub.StartLeadDuplicateScan(contract.StartLeadDuplicateScanRequest(), **seller)
    assert refusal.value.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_a_scan_that_is_not_there_is_not_found(house: LeadsHouse) -> None:
    nowhere = contract.LeadDuplicateScan(name=f"leadDuplicateScans/{UUID(int=5)}")
    for asking in (read(house, nowhere), cancel(house, nowhere)):
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await asking
        assert refusal.value.code() is grpc.StatusCode.NOT_FOUND
    async with house.engine.connect() as connection:
        assert await connection.scalar(text("select count(*) from duplicate_scans")) == 0
