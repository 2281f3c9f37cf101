"""Many leads are changed at once (批量操作): each as alone, none twice, and each tells what became of it."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import grpc
import pytest
from millrace.leads.v1 import lead_bulk_change_pb2 as bulk
from millrace.leads.v1 import lead_bulk_change_service_pb2 as contract
from millrace.leads.v1 import lead_pb2
from millrace.leads.v1.lead_bulk_change_service_pb2_grpc import LeadBulkChangeServiceStub
from millrace.leads.v1.lead_privacy_service_pb2 import EraseLeadPersonRequest
from millrace.leads.v1.lead_privacy_service_pb2_grpc import LeadPrivacyServiceStub
from sqlalchemy import func, insert, select, text

from chassis.imports.lifecycle import Account
from chassis.organization import Organization
from chassis.principal import Principal, Scope
from chassis.tables import audit, outbox
from kernel.errors import Unauthenticated
from services.leads.__main__ import ACCOUNT
from services.leads.application.intake import IntakeDesk
from services.leads.application.rulebook import Rulebook
from services.leads.rpc.bulk_worker import BulkWorker
from services.leads.storage.metadata import ORGANIZATION
from services.leads.storage.tables import LEADS, MEMBER_LOADS
from tests.integration.leads.conftest import ANNA, BO, CHEN, EAST, LeadsHouse
from tests.integration.leads.merges import Merging
from tests.integration.leads.responding import create, events, listed, read
from tests.support.serving import Caller

RUNNING, COMPLETED = bulk.LEAD_BULK_CHANGE_STATE_RUNNING, bulk.LEAD_BULK_CHANGE_STATE_COMPLETED
CANCELLED, HALTED = bulk.LEAD_BULK_CHANGE_STATE_CANCELLED, bulk.LEAD_BULK_CHANGE_STATE_HALTED
WAITING, CHANGED = bulk.LEAD_BULK_CHANGE_OUTCOME_WAITING, bulk.LEAD_BULK_CHANGE_OUTCOME_CHANGED
UNCHANGED, REFUSED = bulk.LEAD_BULK_CHANGE_OUTCOME_UNCHANGED, bulk.LEAD_BULK_CHANGE_OUTCOME_REFUSED
TAG = bulk.LeadBulkAction(tag=bulk.TagLeads(add=["重点"]))


class Changing:
    """Bulk changes, by default of somebody who may do everything everywhere, with a worker moved by hand."""

    def __init__(self, house: LeadsHouse) -> None:
        self.house = house
        self.stub: Any = LeadBulkChangeServiceStub(house.channel)
        self.gone: set[str] = set()

    async def start(
        self,
        action: bulk.LeadBulkAction,
        *leads: lead_pb2.Lead | str,
        found: str = "",
        caller: Caller | None = None,
        **more: Any,
    ) -> bulk.LeadBulkChange:
        named = [contract.NamedLead(lead=each if isinstance(each, str) else each.name) for each in leads]
        meant: dict[str, Any] = {"found": contract.FoundLeads(filter=found, order_by="create_time")}
        if named:
            meant = {"leads": contract.NamedLeads(leads=named)}
        request = contract.StartLeadBulkChangeRequest(action=action, **meant, **more)
        begun: bulk.LeadBulkChange = await self.stub.StartLeadBulkChange(request, **(caller or self.house.boss))
        return begun

    async def read(self, change: bulk.LeadBulkChange, caller: Caller | None = None) -> bulk.LeadBulkChange:
        request = contract.GetLeadBulkChangeRequest(name=change.name)
        found: bulk.LeadBulkChange = await self.stub.GetLeadBulkChange(request, **(caller or self.house.boss))
        return found

    async def rows(
        self, change: bulk.LeadBulkChange, caller: Caller | None = None, **wanted: Any
    ) -> list[bulk.LeadBulkChangeRow]:
        request = contract.ListLeadBulkChangeRowsRequest(parent=change.name, page_size=200, **wanted)
        answer = await self.stub.ListLeadBulkChangeRows(request, **(caller or self.house.boss))
        assert answer.total_size == len(answer.rows)
        return list(answer.rows)

    async def cancel(self, change: bulk.LeadBulkChange) -> bulk.LeadBulkChange:
        request = contract.CancelLeadBulkChangeRequest(name=change.name)
        ended: bulk.LeadBulkChange = await self.stub.CancelLeadBulkChange(request, **self.house.boss)
        return ended

    @property
    def worker(self) -> BulkWorker:
        return self.worker_with(self.house.parts.once("desk", lambda: None))

    def worker_with(self, desk: IntakeDesk) -> BulkWorker:
        parts = self.house.parts

        async def find(account: Account) -> Principal:
            if account.subject in self.gone:
                raise Unauthenticated
            return next(each for each in self.house.principals.values() if each.subject == account.subject)

        return BulkWorker(
            store=parts.background_store, desk=desk, find_principal=find, clock=parts.clock, account=ACCOUNT
        )

    async def carried_out(self, *wanted: Any, **more: Any) -> bulk.LeadBulkChange:
        begun = await self.start(*wanted, **more)
        await self.worker.drain()
        return await self.read(begun, more.get("caller"))


@pytest.fixture
async def changing(house: LeadsHouse) -> AsyncIterator[Changing]:
    yield Changing(house)
    await house.parts.background_store.drain()


def counts(change: bulk.LeadBulkChange) -> tuple[int, int, int, int]:
    return change.lead_count, change.changed_count, change.unchanged_count, change.refused_count


async def refusal_of(asking: Any) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await asking
    return refusal.value.code(), refusal.value.details() or ""


async def many(house: LeadsHouse, count: int) -> None:
    """So many leads of one company each, written past the service."""
    lead = await create(house, company_name="公司0")
    columns = ", ".join(column.name for column in LEADS.c if column.name not in {"uuid", "company_name"})
    copied = (
        f"insert into leads (uuid, company_name, {columns}) "  # noqa: S608 - our own names
        f"select gen_random_uuid(), '公司' || number, {columns} "
        f"from leads, generate_series(1, {count - 1}) as number where uuid = :one"
    )
    async with house.engine.begin() as connection:
        await connection.execute(text(copied), {"one": UUID(lead.name[6:])})


async def test_named_leads_are_changed_each_with_its_own_event_and_audit_entry(
    house: LeadsHouse, changing: Changing
) -> None:
    first, second, other = [await create(house, number) for number in (1, 2, 3)]
    begun = await changing.start(TAG, first, second)
    assert (begun.state, begun.lead_count, begun.action) == (RUNNING, 2, TAG)
    assert [row.outcome for row in await changing.rows(begun)] == [WAITING, WAITING]
    await changing.worker.drain()
    done = await changing.read(begun)
    assert (done.state, counts(done), done.HasField("end_time")) == (COMPLETED, (2, 2, 0, 0), True)
    assert [list((await read(house, lead)).tags) for lead in (first, second, other)] == [["重点"], ["重点"], []]
    assert (await events(house, first))[-1][0] == "LeadUpdated"
    async with house.engine.connect() as connection:
        entry = (await connection.execute(select(audit).where(audit.c.resource == second.name))).all()[-1]
    assert (entry.action, entry.actor) == ("leads.bulkChange", f"members/{CHEN}")


async def test_every_action_does_what_the_single_change_does(house: LeadsHouse, changing: Changing) -> None:
    await house.hire(ANNA, region=None)
    await house.hire(BO, region=None)
    known = {"uuid": EAST, "version": 1, "display_name": "华东", "provinces": [], "archived": False}
    await house.organize(insert(ORGANIZATION.regions).values(known))
    lead = await create(house)
    assign = bulk.LeadBulkAction(assign=bulk.AssignLeads(owner=f"members/{BO}", reason="区域调整"))
    tag = bulk.LeadBulkAction(tag=bulk.TagLeads(add=["甲", "乙"], remove=["丙"]))
    for action in (
        assign,
        tag,
        bulk.LeadBulkAction(region=f"regions/{EAST}"),
        bulk.LeadBulkAction(industry="制造业"),
        bulk.LeadBulkAction(disqualify=bulk.DisqualifyLeads(reason="NO_NEED", note="已倒闭")),
    ):
        assert counts(await changing.carried_out(action, lead)) == (1, 1, 0, 0), action
    now = await read(house, lead)
    assert (now.owner, list(now.tags), now.region) == (f"members/{BO}", ["甲", "乙"], f"regions/{EAST}")
    assert (now.industry, now.state, now.verdict.note) == ("manufacturing", lead_pb2.LEAD_STATE_DISQUALIFIED, "已倒闭")
    assert "区域调整" in [reason.parameters.get("words") for reason in now.owner_reasons]
    load = select(func.sum(MEMBER_LOADS.c.open_leads)).where(MEMBER_LOADS.c.member == BO)
    async with house.engine.connect() as connection:
        assert await connection.scalar(load) == 0


async def test_what_a_lead_is_likely_the_same_as_is_dismissed_with_all_its_pairs(
    house: LeadsHouse, changing: Changing
) -> None:
    desk = Merging(house)
    lead = await desk.create(phone="13905711234")
    for company, phone in (("成都蜀江医疗器械有限公司", "13800138000"), ("上海博瑞食品有限公司", "17755556666")):
        await desk.create(company_name=company, phone=phone)
    pair = (
        "insert into duplicate_candidates (uuid, lead, other, score, reasons, rules, state, create_time) "
        "select gen_random_uuid(), uuid, :known, 0.8, '[]', 0, 'open', create_time from leads where uuid <> :known"
    )
    async with house.engine.begin() as connection:
        await connection.execute(text(pair), {"known": UUID(lead.name[6:])})
    assert len(await desk.open_pairs()) == 2
    dismiss = bulk.LeadBulkAction(dismiss_duplicates=bulk.DismissLeadDuplicates())
    assert counts(await changing.carried_out(dismiss, lead)) == (1, 1, 0, 0)
    assert await desk.open_pairs() == []
    assert counts(await changing.carried_out(dismiss, lead)) == (1, 0, 1, 0)


async def test_a_lead_that_cannot_be_changed_says_why_and_stops_nobody(house: LeadsHouse, changing: Changing) -> None:
    leads = [await create(house, number) for number in range(1, 6)]
    judge = bulk.LeadBulkAction(disqualify=bulk.DisqualifyLeads(reason="NO_NEED"))
    await changing.carried_out(judge, leads[1], leads[3])
    nowhere = f"leads/{UUID(int=77)}"
    done = await changing.carried_out(judge, leads[0], leads[1], nowhere, *leads[2:])
    assert (done.state, counts(done), done.done_count) == (COMPLETED, (6, 3, 0, 3), 6)
    refused = await changing.rows(done, filter="outcome = LEAD_BULK_CHANGE_OUTCOME_REFUSED")
    assert [(row.place, row.lead) for row in refused] == [(2, leads[1].name), (3, nowhere), (5, leads[3].name)]
    assert [reason.text for row in refused for reason in row.reasons] == [
        "This lead is disqualified and cannot be judged not worth selling to",
        f"There is no such lead, or you may not see it: {nowhere}",
        "This lead is disqualified and cannot be judged not worth selling to",
    ]
    assert [row.company_name for row in refused] == ["第2号", "", "第4号"]


async def test_a_lead_that_changed_since_it_was_seen_is_refused(house: LeadsHouse, changing: Changing) -> None:
    seen, stale = await create(house, 1), await create(house, 2)
    await changing.carried_out(bulk.LeadBulkAction(industry="食品"), stale)
    named = [contract.NamedLead(lead=each.name, etag=each.etag) for each in (stale, seen)]
    request = contract.StartLeadBulkChangeRequest(action=TAG, leads=contract.NamedLeads(leads=named))
    begun = await changing.stub.StartLeadBulkChange(request, **house.boss)
    await changing.worker.drain()
    assert [row.outcome for row in await changing.rows(begun)] == [REFUSED, CHANGED]


async def test_what_was_so_already_is_told_apart(house: LeadsHouse, changing: Changing) -> None:
    lead = await create(house)
    await changing.carried_out(TAG, lead)
    etag = (await read(house, lead)).etag
    done = await changing.carried_out(TAG, lead)
    assert (counts(done), (await changing.rows(done))[0].outcome) == ((1, 0, 1, 0), UNCHANGED)
    assert (await read(house, lead)).etag == etag


async def test_the_leads_of_a_list_are_those_the_caller_may_change_when_he_begins(
    house: LeadsHouse, changing: Changing
) -> None:
    leads = [await create(house, number, industry="food") for number in (1, 2, 3)]
    async with house.engine.begin() as connection:
        for lead, owner in zip(leads, (ANNA, BO, ANNA), strict=True):
            await connection.execute(LEADS.update().where(LEADS.c.uuid == UUID(lead.name[6:])).values(owner=owner))
    anna = house.as_member(ANNA, Scope.OWN)
    found = 'industry = "food"'
    begun = await changing.start(TAG, found=found, caller=anna)
    await create(house, 4, industry="food")
    await changing.worker.drain()
    done = await changing.read(begun, anna)
    assert (counts(done), done.filter) == ((2, 2, 0, 0), found)
    assert [row.lead for row in await changing.rows(done, anna)] == [leads[0].name, leads[2].name]


async def test_whoever_lost_his_rights_meanwhile_changes_nothing_more(house: LeadsHouse, changing: Changing) -> None:
    leads = [await create(house, number) for number in (1, 2)]
    seller = house.as_member(ANNA, Scope.ALL)
    begun = await changing.start(TAG, *leads, caller=seller)
    changing.gone.add(f"members/{ANNA}")
    await changing.worker.drain()
    assert (await changing.read(begun)).state == HALTED
    assert [row.outcome for row in await changing.rows(begun)] == [WAITING, WAITING]


async def test_a_cancelled_change_stays_where_it_is(house: LeadsHouse, changing: Changing) -> None:
    await many(house, 60)
    begun = await changing.start(TAG, found='company_name : "公司"')
    assert await changing.worker.step()
    ended = await changing.cancel(begun)
    assert (ended.state, ended.lead_count, ended.done_count) == (CANCELLED, 60, 25)
    await changing.worker.drain()
    assert len(await listed(house, filter='tags : "重点"', page_size=200)) == 25
    assert (await refusal_of(changing.cancel(begun)))[0] is grpc.StatusCode.FAILED_PRECONDITION


async def test_a_change_goes_on_where_it_was_when_its_process_dies(house: LeadsHouse, changing: Changing) -> None:
    await many(house, 60)
    begun = await changing.start(TAG, found='company_name : "公司"')
    assert await changing.worker.step()
    async with house.engine.begin() as connection:
        await connection.execute(text("alter table bulk_changes add constraint broken check (done < 26) not valid"))
    # The rows are written before how far it is; nothing of either stays.
    with pytest.raises(Exception, match="broken"):
        await asyncio.wait_for(changing.worker.drain(), 20)
    assert (await changing.read(begun)).done_count == 25
    assert len(await listed(house, filter='tags : "重点"', page_size=200)) == 25
    async with house.engine.begin() as connection:
        await connection.execute(text("alter table bulk_changes drop constraint broken"))
    await changing.worker.drain()
    assert counts(await changing.read(begun)) == (60, 60, 0, 0)
    told = (
        select(outbox.c.aggregate_id, func.count()).where(outbox.c.event_type.like("%LeadUpdated")).group_by(text("1"))
    )
    async with house.engine.connect() as connection:
        assert {count for _, count in await connection.execute(told)} == {1}


async def test_several_workers_carry_several_changes_on_without_doing_anything_twice(
    house: LeadsHouse, changing: Changing
) -> None:
    await many(house, 60)
    found = 'company_name : "公司"'
    industry = bulk.LeadBulkAction(industry="食品")
    begun = [await changing.start(action, found=found) for action in (TAG, industry)]
    await asyncio.gather(*(changing.worker.drain() for _ in range(3)))
    await changing.worker.drain()
    for change in begun:
        assert counts(await changing.read(change)) == (60, 60, 0, 0)
    told = select(func.count()).where(outbox.c.event_type.like("%LeadUpdated"))
    async with house.engine.connect() as connection:
        assert await connection.scalar(told) == 120


async def test_what_no_lead_could_be_changed_by_is_refused_at_once(house: LeadsHouse, changing: Changing) -> None:
    lead = await create(house)
    for action, code in (
        (bulk.LeadBulkAction(assign=bulk.AssignLeads(owner=f"members/{UUID(int=66)}")), "INVALID_ARGUMENT"),
        (bulk.LeadBulkAction(region=f"regions/{UUID(int=66)}"), "INVALID_ARGUMENT"),
        (bulk.LeadBulkAction(disqualify=bulk.DisqualifyLeads(reason="NEVER")), "INVALID_ARGUMENT"),
        (bulk.LeadBulkAction(), "INVALID_ARGUMENT"),
    ):
        assert (await refusal_of(changing.start(action, lead)))[0].name == code
    assert (await refusal_of(changing.start(TAG, found='company_name = "没有"')))[0].name == "FAILED_PRECONDITION"
    assert (await refusal_of(changing.start(TAG, found="colour = 1")))[0].name == "INVALID_ARGUMENT"


async def test_a_repeated_start_begins_one_change(house: LeadsHouse, changing: Changing) -> None:
    lead = await create(house)
    first = await changing.start(TAG, lead, lead, request_id="once")
    assert first.lead_count == 1
    assert await changing.start(TAG, lead, lead, request_id="once") == first
    answer = await changing.stub.ListLeadBulkChanges(contract.ListLeadBulkChangesRequest(), **house.boss)
    assert [change.name for change in answer.lead_bulk_changes] == [first.name]


async def test_a_change_shows_itself_to_whoever_began_it_and_to_administrators(
    house: LeadsHouse, changing: Changing
) -> None:
    lead = await create(house)
    anna = house.as_member(ANNA, Scope.ALL, may=("leads.read", "leads.write"))
    bo = house.as_member(BO, Scope.ALL, may=("leads.read", "leads.write"))
    begun = await changing.start(TAG, lead, caller=anna)
    assert (await changing.read(begun, anna)).name == (await changing.read(begun)).name
    for asking in (changing.read(begun, bo), changing.rows(begun, bo)):
        assert (await refusal_of(asking))[0] is grpc.StatusCode.NOT_FOUND
    answer = await changing.stub.ListLeadBulkChanges(contract.ListLeadBulkChangesRequest(), **bo)
    assert answer.total_size == 0


@pytest.mark.timeout(120)
async def test_whose_person_is_erased_is_not_spoken_of_by_a_change_any_more(
    house: LeadsHouse, changing: Changing
) -> None:
    lead = await create(house, need="王芳要报价")
    told = bulk.LeadBulkAction(disqualify=bulk.DisqualifyLeads(reason="NO_NEED", note="王芳已离职"))
    ended = await changing.carried_out(told, found='need:"王芳"')
    erasing: Any = LeadPrivacyServiceStub(house.channel)
    await erasing.EraseLeadPerson(EraseLeadPersonRequest(name=lead.name, reason="本人申请"), **house.boss)
    after = await changing.read(ended)
    assert (after.action.disqualify.reason, after.action.disqualify.note, after.filter) == ("NO_NEED", "", "")
    assert (await changing.rows(ended))[0].outcome == bulk.LEAD_BULK_CHANGE_OUTCOME_CHANGED


async def test_a_thousand_leads_are_changed_within_seconds(house: LeadsHouse, changing: Changing) -> None:
    await many(house, 1000)
    begun = await changing.start(TAG, found='company_name : "公司"')
    usual = Organization(engine=house.engine, tables=ORGANIZATION)
    # As a service holds rules and people in memory; the house of tests reads them anew for every lead.
    desk = IntakeDesk(rulebook=Rulebook(), organization=usual, zone=house.parts.settings.time_zone)
    start = time.perf_counter()
    await changing.worker_with(desk).drain()
    assert counts(await changing.read(begun)) == (1000, 1000, 0, 0)
    assert time.perf_counter() - start < 10
