"""A list of leads is taken out as a file (线索导出): whole, in the list's order, by its own permission, and noted."""

import csv
import io
import tracemalloc
from typing import Any
from uuid import UUID

import grpc
import pytest
from google.protobuf.wrappers_pb2 import StringValue
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money
from millrace.leads.v1 import lead_export_service_pb2 as contract
from millrace.leads.v1 import lead_pb2
from millrace.leads.v1.lead_export_service_pb2_grpc import LeadExportServiceStub
from millrace.leads.v1.lead_service_pb2 import CreateLeadRequest, ListLeadsRequest
from millrace.leads.v1.lead_service_pb2_grpc import LeadServiceStub
from python_calamine import CalamineWorkbook
from sqlalchemy import text

from chassis.listing import plan_whole
from chassis.principal import Principal, Scope
from chassis.rpc.call import Call
from chassis.work.moment import at_one_moment
from services.leads.storage.lead_listing import LISTING
from services.leads.storage.leads import RECORD
from services.leads.storage.tables import LEADS
from tests.integration.leads.conftest import ANNA, BO, CHENGDU, HANGZHOU, LeadsHouse
from tests.integration.leads.merges import Merging
from tests.support.serving import Caller

XLSX = contract.LEAD_EXPORT_FORMAT_XLSX
COMPANIES = ("杭州云帆科技有限公司", "成都远景机械有限公司", "上海博瑞食品有限公司")


async def take_in(house: LeadsHouse, company: str, **fields: Any) -> lead_pb2.Lead:
    request = CreateLeadRequest(lead=lead_pb2.Lead(company_name=company, **fields))
    made: lead_pb2.Lead = await LeadServiceStub(house.channel).CreateLead(request, **house.boss)
    return made


async def export(house: LeadsHouse, caller: Caller | None = None, **wanted: Any) -> list[Any]:
    stub: Any = LeadExportServiceStub(house.channel)
    request = contract.ExportLeadsRequest(**wanted)
    return [piece async for piece in stub.ExportLeads(request, **(caller or house.boss))]


async def rows(house: LeadsHouse, caller: Caller | None = None, **wanted: Any) -> list[list[str]]:
    """The rows of a CSV file, its headings the first."""
    content = b"".join(piece.data for piece in await export(house, caller, **wanted))
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


async def refused(house: LeadsHouse, caller: Caller | None = None, **wanted: Any) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await export(house, caller, **wanted)
    return refusal.value.code(), refusal.value.details() or ""


async def noted(house: LeadsHouse) -> list[Any]:
    statement = "select actor, details from audit where action = 'leads.export' order by id"
    async with house.engine.connect() as connection:
        return list(await connection.execute(text(statement)))


async def stocked(house: LeadsHouse) -> list[lead_pb2.Lead]:
    return [
        await take_in(house, company, phone=f"1380013800{number}", industry=industry)
        for number, (company, industry) in enumerate(zip(COMPANIES, ("software", "manufacturing", "food"), strict=True))
    ]


def boss_of(house: LeadsHouse) -> Principal:
    known = house.boss["metadata"][0][1].removeprefix("Bearer ")
    return house.principals[known]


async def test_an_export_holds_what_the_list_shows_in_its_order(house: LeadsHouse) -> None:
    await stocked(house)
    wanted: dict[str, Any] = {"filter": 'industry = "software" OR industry = "food"', "order_by": "company_name desc"}
    page = await LeadServiceStub(house.channel).ListLeads(ListLeadsRequest(**wanted), **house.boss)
    told = await rows(house, **wanted, fields=["name", "company_name"])
    assert told[0] == ["Lead name", "Company name"]
    assert told[1:] == [[lead.name, lead.company_name] for lead in page.leads]
    assert len(told) == 3


async def test_a_list_sorted_by_intent_is_exported_in_that_order_too(house: LeadsHouse) -> None:
    await stocked(house)
    page = await LeadServiceStub(house.channel).ListLeads(ListLeadsRequest(order_by="intent desc"), **house.boss)
    told = await rows(house, order_by="intent desc", fields=["name", "intent"])
    assert [row[0] for row in told[1:]] == [lead.name for lead in page.leads]


async def test_a_workbook_has_the_same_rows_and_the_readers_name(house: LeadsHouse) -> None:
    await stocked(house)
    chinese = house.call_as(boss_of(house), locale="zh")
    pieces = await export(house, chinese, format=XLSX, fields=["company_name", "state"], order_by="create_time")
    name = StringValue()
    assert pieces[0].extensions[0].Unpack(name)
    assert name.value == "线索-2026-03-02.xlsx"
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(piece.data for piece in pieces)))
    assert book.get_sheet_by_index(0).to_python() == [
        ["公司名称", "状态"],
        *([company, "新线索"] for company in COMPANIES),
    ]


async def test_who_is_asked_for_no_columns_gets_the_usual_ones(house: LeadsHouse) -> None:
    await stocked(house)
    stub: Any = LeadExportServiceStub(house.channel)
    there = await stub.ListLeadExportColumns(contract.ListLeadExportColumnsRequest(), **house.boss)
    told = await rows(house)
    assert told[0] == [column.display_name for column in there.columns if column.usual]
    assert "Company name" in told[0]


async def test_an_export_reaches_as_far_as_its_own_permission_and_no_lead_the_caller_does_not_see(
    house: LeadsHouse,
) -> None:
    await house.hire(ANNA, team=HANGZHOU)
    await house.hire(BO, team=CHENGDU)
    made = await stocked(house)
    async with house.engine.begin() as connection:
        for lead, (owner, team) in zip(made, ((ANNA, HANGZHOU), (BO, CHENGDU), (BO, HANGZHOU)), strict=True):
            moved = LEADS.update().where(LEADS.c.uuid == UUID(lead.name[6:])).values(owner=owner, team=team)
            await connection.execute(moved)
    manager = house.as_member(ANNA, Scope.TEAM, teams=frozenset({HANGZHOU}), may=("leads.read", "leads.export"))
    told = {row[0] for row in (await rows(house, manager, fields=["company_name"]))[1:]}
    assert told == {COMPANIES[0], COMPANIES[2]}


async def test_a_lead_shared_with_a_colleague_is_shown_to_him_and_gives_him_no_copy(house: LeadsHouse) -> None:
    await house.hire(BO)
    made = await stocked(house)
    await Merging(house).share(made[0], BO, until=Date(year=2026, month=3, day=2))
    colleague = house.as_member(BO, Scope.OWN, may=("leads.read", "leads.export"))
    async with house.engine.begin() as connection:
        await connection.execute(LEADS.update().values(owner=ANNA))
    page = await LeadServiceStub(house.channel).ListLeads(ListLeadsRequest(), **colleague)
    assert [lead.name for lead in page.leads] == [made[0].name]
    assert len(await rows(house, colleague)) == 1


async def test_a_seller_takes_no_list_out(house: LeadsHouse) -> None:
    seller = house.as_member(ANNA, Scope.OWN, may=("leads.read", "leads.write"))
    assert (await refused(house, seller))[0] is grpc.StatusCode.PERMISSION_DENIED
    assert await noted(house) == []


async def test_what_is_masked_in_a_list_is_masked_in_the_file(house: LeadsHouse) -> None:
    budget = Money(currency_code="CNY", units=500_000)
    await take_in(house, COMPANIES[0], phone="13800138000", email="wang@yunfan.example", budget_min=budget)
    blind = house.as_member(ANNA, Scope.ALL, may=("leads.read", "leads.export"))
    columns = ["phone", "email", "budget_min", "currency"]
    assert (await rows(house, blind, fields=columns))[1] == ["138****8000", "w***@yunfan.example", "", ""]
    assert (await rows(house, fields=columns))[1] == ["13800138000", "wang@yunfan.example", "500000", "CNY"]


async def test_what_somebody_typed_is_no_formula_in_the_file(house: LeadsHouse) -> None:
    await take_in(house, "=HYPERLINK(A1)", phone="13800138000", need="@SUM(1)")
    assert (await rows(house, fields=["company_name", "need"]))[1] == ["'=HYPERLINK(A1)", "'@SUM(1)"]


async def test_every_export_is_noted_with_its_filter_and_its_number_of_rows(house: LeadsHouse) -> None:
    await stocked(house)
    await rows(house, filter="grade = GRADE_D", order_by="company_name", fields=["company_name"])
    await export(house, format=XLSX)
    first, second = await noted(house)
    assert first.actor == f"members/{UUID(int=3)}"
    assert {key: first.details[key] for key in ("filter", "order_by", "columns", "format")} == {
        "filter": "grade = GRADE_D",
        "order_by": "company_name",
        "columns": ["company_name"],
        "format": "csv",
    }
    assert (second.details["format"], second.details["rows"]) == ("xlsx", 3)


async def test_an_export_that_cannot_be_is_refused_before_anything_is_sent_and_is_not_noted(house: LeadsHouse) -> None:
    await stocked(house)
    assert (await refused(house, filter="colour = 1"))[0] is grpc.StatusCode.INVALID_ARGUMENT
    assert (await refused(house, order_by="need"))[0] is grpc.StatusCode.INVALID_ARGUMENT
    assert await refused(house, fields=["fax"]) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        "There is no such column to export: fax",
    )
    assert await noted(house) == []


async def test_a_list_that_changes_while_it_is_read_is_taken_out_as_it_was(house: LeadsHouse) -> None:
    made = await stocked(house)
    call = Call(principal=boss_of(house), method="/x", now=house.clock.now())
    plan = plan_whole(LEADS.select(), LISTING, condition=None, order_by="update_time", most=10)
    seen: list[str] = []
    async with at_one_moment(house.parts.store, call) as read:
        found = await read.connection.stream(plan.rows, execution_options={"yield_per": 1})
        async for row in found.mappings():
            if not seen:
                await take_in(house, "北京晨光教育有限公司", phone="13600136000")
                async with house.engine.begin() as connection:
                    # What is changed would come last, a second time.
                    await connection.execute(text("update leads set update_time = update_time + interval '1 day'"))
            seen.append(row["company_name"])
    assert sorted(seen) == sorted(lead.company_name for lead in made)


async def many(house: LeadsHouse, count: int) -> None:
    """So many leads of one company each, written past the service."""
    lead = await take_in(house, "杭州云帆科技有限公司", phone="13800138000", need="需要一套系统" * 20)
    columns = ", ".join(column.name for column in LEADS.c if column.name not in {"uuid", "company_name"})
    async with house.engine.begin() as connection:
        await connection.execute(
            text(
                f"insert into {RECORD.table.name} (uuid, company_name, {columns}) "  # noqa: S608 - our own names
                f"select gen_random_uuid(), '公司' || number, {columns} "
                f"from leads, generate_series(2, {count}) as number where uuid = :one"
            ),
            {"one": UUID(lead.name[6:])},
        )


async def held(house: LeadsHouse, **wanted: Any) -> int:
    """How much memory an export holds at its most, and that it sends the whole list."""
    stub: Any = LeadExportServiceStub(house.channel)
    tracemalloc.start()
    try:
        sizes = [len(each.data) async for each in stub.ExportLeads(contract.ExportLeadsRequest(**wanted), **house.boss)]
        assert sum(sizes) > 0
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("kind", [contract.LEAD_EXPORT_FORMAT_CSV, XLSX])
async def test_twelve_times_the_rows_need_no_more_memory(house: LeadsHouse, kind: Any) -> None:
    await many(house, 12_000)
    wanted = {"format": kind, "fields": ["name", "company_name", "phone", "need", "state", "create_time"]}
    few = await held(house, **wanted, filter='company_name = "公司2" OR company_name : "公司10"')
    every = await held(house, **wanted)
    assert every - few < 4 * 1024 * 1024
    assert (await noted(house))[-1].details["rows"] == 12_000
