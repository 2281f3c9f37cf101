"""A list of leads on its way in, through the boundary and into the database."""

import dataclasses
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import islice, permutations
from typing import Any
from uuid import UUID

import grpc
import pytest
from google.api.httpbody_pb2 import HttpBody
from millrace.leads.v1 import lead_import_pb2, lead_import_service_pb2, lead_service_pb2
from millrace.leads.v1.lead_import_service_pb2_grpc import LeadImportServiceStub
from millrace.leads.v1.lead_service_pb2_grpc import LeadServiceStub
from sqlalchemy import insert, select

from chassis.imports.worker import ImportWorker
from chassis.organization import Organization
from chassis.parts import Parts
from chassis.principal import Principal, Scope
from chassis.revocations import RevocationList, stored_revocations
from chassis.rpc.serving import Boundary
from services.leads.__main__ import DEFINITION
from services.leads.application.intake import IntakeDesk
from services.leads.application.rulebook import Rulebook
from services.leads.events.lead_import_publications import LEAD_IMPORT_PUBLICATIONS
from services.leads.rpc.lead_import_wiring import lead_import_servicer, lead_import_worker
from services.leads.rpc.lead_servicer import LeadServicer
from services.leads.storage.metadata import ORGANIZATION, REVOKED_SESSIONS
from services.leads.storage.tables import CHANNELS, LEAD_IDENTITIES, LEADS, TOUCHES
from tests.support.clock import NOON, FixedClock
from tests.support.serving import settings_of

MAY = ("leads.import", "leads.write", "leads.read", "leads.see_contact", "leads.see_money")
CLIENT = UUID(int=5)
BOSS = Principal(subject=f"apiClients/{CLIENT}", grants=dict.fromkeys(MAY, Scope.ALL))
STRANGER = Principal(subject=f"members/{UUID(int=7)}", grants=dict.fromkeys(MAY, Scope.OWN))
AS_BOSS: dict[str, Any] = {"metadata": (("authorization", "Bearer boss"), ("accept-language", "zh"))}
AS_STRANGER: dict[str, Any] = {"metadata": (("authorization", "Bearer stranger"),)}
PIECE = 1024 * 1024
MANY = 600  # more than a batch
BRANDS = "云帆远景博瑞海宁达通信诚和安泰康凯丰润泽明盛新业华美金龙宏图"
LIST = "公司名称,联系人,手机,预算,渠道\n"


class House:
    """The import service of leads, and its worker."""

    def __init__(self, channel: grpc.aio.Channel, parts: Parts, worker: ImportWorker) -> None:
        self.stub = LeadImportServiceStub(channel)
        self.lead_stub = LeadServiceStub(channel)
        self.parts = parts
        self.worker = worker

    async def upload(self, text: str, request_id: str = "", *, encoding: str = "gbk") -> lead_import_pb2.LeadImport:
        content = text.encode(encoding)
        message = lead_import_service_pb2.UploadLeadImportRequest
        first = message(file=HttpBody(data=content[:40]), file_name="C:\\展会\\线索.csv", request_id=request_id)
        rest = [message(file=HttpBody(data=content[at : at + PIECE])) for at in range(40, len(content), PIECE)]
        return await self.stub.UploadLeadImport(iter([first, *rest]), **AS_BOSS)

    async def take(self, record: lead_import_pb2.LeadImport, **wishes: Any) -> lead_import_pb2.LeadImport:
        request = lead_import_service_pb2.StartLeadImportRequest(name=record.name, **wishes)
        await self.stub.StartLeadImport(request, **AS_BOSS)
        await self.worker.drain()
        return await self.get(record)

    async def get(self, record: lead_import_pb2.LeadImport) -> lead_import_pb2.LeadImport:
        request = lead_import_service_pb2.GetLeadImportRequest(name=record.name)
        return await self.stub.GetLeadImport(request, **AS_BOSS)

    async def leads(self) -> list[str]:
        async with self.parts.engine.connect() as connection:
            return sorted(await connection.scalars(select(LEADS.c.company_name)))

    async def rows(self, record: lead_import_pb2.LeadImport, filter_: str = "") -> list[lead_import_pb2.LeadImportRow]:
        request = lead_import_service_pb2.ListLeadImportRowsRequest(parent=record.name, filter=filter_)
        return list((await self.stub.ListLeadImportRows(request, **AS_BOSS)).rows)


@pytest.fixture
async def house(leads_database: str, clock: FixedClock) -> AsyncIterator[House]:
    async def identify(token: str, _now: object) -> Principal:
        return {"boss": BOSS, "stranger": STRANGER}[token]

    publications = {**DEFINITION.publications, **LEAD_IMPORT_PUBLICATIONS}
    parts = Parts(
        dataclasses.replace(DEFINITION, publications=publications), settings_of("leads", leads_database), clock
    )
    organization = Organization(engine=parts.engine, tables=ORGANIZATION, max_age=0)
    desk = IntakeDesk(rulebook=Rulebook(), organization=organization, zone=parts.settings.time_zone)
    servicer = lead_import_servicer(parts, desk, page_key=b"key")
    boundary = Boundary(identify=identify, texts=parts.texts, clock=clock)
    server = grpc.aio.server()
    contract = lead_import_service_pb2.DESCRIPTOR.services_by_name["LeadImportService"]
    leads = lead_service_pb2.DESCRIPTOR.services_by_name["LeadService"]
    lead_servicer = LeadServicer(parts.store, desk, parts.texts, page_key=b"key")
    server.add_generic_rpc_handlers(tuple(boundary.bind({contract: servicer, leads: lead_servicer})))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        revocations = RevocationList(stored_revocations(parts.engine, REVOKED_SESSIONS), max_age=0)
        yield House(channel, parts, lead_import_worker(parts, desk, organization, revocations))
    await server.stop(None)
    await parts.store.drain()
    await parts.close()


async def test_a_list_becomes_leads_and_every_row_has_its_outcome(house: House) -> None:
    record = await house.upload(
        LIST
        + "杭州云帆科技有限公司,王小明,13800138000,10万,\n"
        + "成都远景机械有限公司,李敏,13900139001,看情况,\n"
        + "杭州云帆科技有限公司,王小明,13800138000,10万,\n"
        + ",,,5万,\n"
        + "上海博瑞食品有限公司,陈静,13700137003,20万,外星\n"
    )
    assert (record.file_name, record.encoding, record.row_count) == ("线索.csv", "gb18030", 5)
    done = await house.take(record)
    assert done.state == lead_import_pb2.LEAD_IMPORT_STATE_FINISHED
    progress = done.progress
    assert (progress.done, progress.created, progress.touched, progress.refused) == (5, 1, 1, 3)
    assert await house.leads() == ["杭州云帆科技有限公司"]
    rows = await house.rows(record)
    assert rows[0].lead == rows[2].lead != ""
    problems = [(row.line, row.problems[0].column, row.problems[0].reason.code) for row in rows if row.problems]
    assert problems == [(3, 4, "CELL_UNREADABLE"), (5, 0, "LEAD_WITHOUT_IDENTITY"), (6, 5, "CHANNEL_UNKNOWN")]
    assert len(await house.rows(record, "outcome = LEAD_IMPORT_ROW_OUTCOME_REFUSED")) == 3


async def test_importing_the_same_list_again_touches_and_creates_nothing(house: House) -> None:
    text = LIST + "".join(f"杭州云帆{n}号科技有限公司,王{n},1380013{n:04d},1万,\n" for n in range(1100, 1130))
    await house.take(await house.upload(text))
    before = await house.leads()
    again = await house.take(await house.upload(text))
    skipped = await house.take(
        await house.upload(text), duplicate_policy=lead_import_pb2.LEAD_IMPORT_DUPLICATE_POLICY_SKIP
    )
    assert await house.leads() == before
    assert again.progress.touched == skipped.progress.skipped == 30
    async with house.parts.engine.connect() as connection:
        assert len((await connection.execute(select(TOUCHES))).all()) >= 30


async def test_a_dry_run_tells_what_would_happen_and_writes_no_lead(house: House) -> None:
    row = "杭州云帆科技有限公司,王小明,13800138000,10万,\n"
    tried = await house.take(await house.upload(LIST + row + row), dry_run=True)
    assert (tried.state, tried.dry_run) == (lead_import_pb2.LEAD_IMPORT_STATE_PREVIEWED, True)
    assert (tried.progress.created, tried.progress.touched) == (1, 1)
    assert {row.lead for row in await house.rows(tried)} == {""}
    assert await house.leads() == []


async def test_a_phone_that_nobody_can_call_is_refused_in_its_column(house: House) -> None:
    taken = await house.take(await house.upload(LIST + "杭州云帆科技有限公司,王小明,12,10万,\n"))
    (row,) = await house.rows(taken)
    assert [(each.column, each.reason.code) for each in row.problems] == [(3, "PHONE_UNFIT")]


async def test_a_cell_with_control_characters_is_made_readable_and_told_by_its_column(house: House) -> None:
    row = "杭州\x0b云帆\x07科技有限公司,王小明,\u202d13800138000\u202c,10万,\n"
    spoiled = "成都\u202d远景机械有限公司,李敏,13900139001,1万,外星\n"
    record = await house.upload(LIST + row + spoiled, encoding="utf-8")
    previewed = await house.stub.PreviewLeadImport(
        lead_import_service_pb2.PreviewLeadImportRequest(name=record.name), **AS_BOSS
    )
    (created, refused) = await house.rows(await house.take(record))
    assert [each.reason.code for each in refused.problems] == ["CHANNEL_UNKNOWN"]
    assert created.outcome == lead_import_pb2.LEAD_IMPORT_ROW_OUTCOME_CREATED
    text = "单元格含有不可见的控制字符或标记，已去除，或换成空格、可见符号"
    assert [(each.line, each.column, each.header, each.reason.text) for each in created.problems] == [
        (2, 1, "公司名称", text),
        (2, 3, "手机", text),
    ]
    assert list(previewed.problems)[:2] == list(created.problems)
    lead = await house.lead_stub.GetLead(lead_service_pb2.GetLeadRequest(name=created.lead), **AS_BOSS)
    assert (lead.company_name, lead.phone) == ("杭州 云帆␇科技有限公司", "13800138000")
    # Whatever was taken in may be said to the service in turn.
    again = lead_service_pb2.UpdateLeadRequest(lead=lead)
    again.lead.job_title = "厂长"
    again.update_mask.paths.extend(["company_name", "phone", "job_title"])
    assert (await house.lead_stub.UpdateLead(again, **AS_BOSS)).company_name == lead.company_name


async def test_a_preview_shows_the_beginning_of_a_cell_that_is_too_long(house: House) -> None:
    record = await house.upload(LIST + f"{'云' * 3_000_000},王小明,13800138000,1万,\n")
    request = lead_import_service_pb2.PreviewLeadImportRequest(name=record.name)
    preview = await house.stub.PreviewLeadImport(request, **AS_BOSS)
    assert preview.rows[0].cells[0] == "云" * 1000
    assert [(each.column, each.reason.code) for each in preview.problems] == [(1, "CELL_TOO_LONG")]
    (refused,) = await house.rows(await house.take(record))
    assert [(each.column, each.reason.code) for each in refused.problems] == [(1, "CELL_TOO_LONG")]
    download = lead_import_service_pb2.DownloadFailedLeadImportRowsRequest(name=record.name)
    pieces = [each.data async for each in house.stub.DownloadFailedLeadImportRows(download, **AS_BOSS)]
    assert b"".join(pieces).decode("utf-8-sig").count("云") == 3_000_000


async def test_a_channel_is_named_as_people_name_it(house: House) -> None:
    channel = {"uuid": UUID(int=9), "version": 1, "display_name": "上海展会", "kind": "exhibition", "active": True}
    async with house.parts.engine.begin() as connection:
        await connection.execute(insert(CHANNELS).values({**channel, "create_time": NOON, "update_time": NOON}))
    await house.take(await house.upload(LIST + "杭州云帆科技有限公司,王小明,13800138000,10万,上海展会\n"))
    async with house.parts.engine.connect() as connection:
        assert await connection.scalar(select(LEADS.c.channel)) == UUID(int=9)


async def test_a_list_tells_when_each_customer_made_contact_in_the_houses_time(house: House) -> None:
    await house.take(
        await house.upload(
            "公司名称,手机,登记日期\n"
            "杭州云帆科技有限公司,13800138000,2025年3月5日\n"
            "成都远景机械有限公司,13900139001,2025/3/6 14:30\n"
            "上海博瑞食品有限公司,13700137003,\n"
        )
    )
    async with house.parts.engine.connect() as connection:
        times = list(await connection.scalars(select(LEADS.c.received_time).order_by(LEADS.c.received_time)))
    assert times == [datetime(2025, 3, 4, 16, tzinfo=UTC), datetime(2025, 3, 6, 6, 30, tzinfo=UTC), NOON]


async def test_a_wrong_received_time_is_told_by_line_and_column(house: House) -> None:
    record = await house.upload(
        "公司名称,手机,接收时间\n杭州云帆科技有限公司,13800138000,上个月\n成都远景机械有限公司,13900139001,2026-03-03\n"
    )
    assert (await house.take(record)).progress.refused == 2
    problems = [(row.line, row.problems[0].column, row.problems[0].reason) for row in await house.rows(record)]
    assert [(line, column, reason.code) for line, column, reason in problems] == [
        (2, 3, "CELL_UNREADABLE"),
        (3, 3, "LEAD_RECEIVED_IN_FUTURE"),
    ]
    assert problems[1][2].text == "接收时间不能晚于现在"


async def test_a_preview_tells_every_problem_that_the_import_will_tell(house: House) -> None:
    record = await house.upload(
        "公司名称,手机,邮箱,国家,接收时间\n杭州云帆科技有限公司,1.38E+10,zhao,外星,2099-01-01\n", encoding="utf-8"
    )
    request = lead_import_service_pb2.PreviewLeadImportRequest(name=record.name)
    preview = await house.stub.PreviewLeadImport(request, **AS_BOSS)
    assert [(each.column, each.reason.code) for each in preview.problems] == [
        (2, "NUMBER_CUT_BY_SPREADSHEET"),
        (3, "EMAIL_UNFIT"),
        (4, "CELL_UNREADABLE"),
        (5, "LEAD_RECEIVED_IN_FUTURE"),
    ]
    await house.take(record)
    (row,) = await house.rows(record)
    assert list(row.problems) == list(preview.problems)


async def test_a_row_tells_everything_it_names_that_does_not_exist(house: House) -> None:
    record = await house.upload("公司名称,渠道,市场活动,大区\n杭州云帆科技有限公司,外星,登月,火星\n", encoding="utf-8")
    await house.take(record)
    (row,) = await house.rows(record)
    assert [(each.column, each.reason.code) for each in row.problems] == [
        (2, "CHANNEL_UNKNOWN"),
        (3, "CAMPAIGN_UNKNOWN"),
        (4, "REGION_UNKNOWN"),
    ]


async def test_an_import_ends_when_the_program_that_started_it_is_revoked(house: House) -> None:
    record = await house.upload(LIST + "杭州云帆科技有限公司,王小明,13800138000,10万,\n")
    async with house.parts.engine.begin() as connection:
        await connection.execute(insert(REVOKED_SESSIONS).values(session=CLIENT, until=NOON))
    done = await house.take(record)
    assert (done.state, done.failure.code) == (lead_import_pb2.LEAD_IMPORT_STATE_FAILED, "IMPORT_STARTER_GONE")
    assert await house.leads() == []


async def test_the_same_upload_asked_for_twice_is_one_import(house: House) -> None:
    text = LIST + "杭州云帆科技有限公司,王小明,13800138000,10万,\n"
    assert await house.upload(text, "one") == await house.upload(text, "one")
    listed = await house.stub.ListLeadImports(lead_import_service_pb2.ListLeadImportsRequest(), **AS_BOSS)
    assert listed.total_size == 1
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await house.upload(text + "甲,,,,\n", "one")
    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION


async def test_a_preview_guesses_the_columns_and_stores_no_row_with_the_request(house: House) -> None:
    record = await house.upload(LIST + "杭州云帆科技有限公司,王小明,13800138000,看情况,\n")
    request = lead_import_service_pb2.PreviewLeadImportRequest(name=record.name, request_id="look")
    preview = await house.stub.PreviewLeadImport(request, **AS_BOSS)
    assert await house.stub.PreviewLeadImport(request, **AS_BOSS) == preview
    assert [each.field for each in preview.columns] == ["company_name", "contact_name", "phone", "budget", "channel"]
    assert preview.rows[0].cells[0] == "杭州云帆科技有限公司"
    assert [(each.line, each.header) for each in preview.problems] == [(2, "预算")]
    assert preview.lead_import.state == lead_import_pb2.LEAD_IMPORT_STATE_PREVIEWED


async def test_an_import_out_of_scope_does_not_exist(house: House) -> None:
    record = await house.upload(LIST + "杭州云帆科技有限公司,王小明,13800138000,10万,\n")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await house.stub.GetLeadImport(lead_import_service_pb2.GetLeadImportRequest(name=record.name), **AS_STRANGER)
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND
    listed = await house.stub.ListLeadImports(lead_import_service_pb2.ListLeadImportsRequest(), **AS_STRANGER)
    assert listed.total_size == 0


async def test_watching_sends_progress_until_the_import_no_longer_runs(house: House) -> None:
    record = await house.upload(LIST + "杭州云帆科技有限公司,王小明,13800138000,10万,\n")
    await house.stub.StartLeadImport(lead_import_service_pb2.StartLeadImportRequest(name=record.name), **AS_BOSS)
    watch = house.stub.WatchLeadImport(lead_import_service_pb2.WatchLeadImportRequest(name=record.name), **AS_BOSS)
    states = []
    async for each in watch:
        states.append(each.state)
        await house.worker.drain()
    assert states[0] == lead_import_pb2.LEAD_IMPORT_STATE_RUNNING
    assert states[-1] == lead_import_pb2.LEAD_IMPORT_STATE_FINISHED


async def test_the_refused_rows_are_downloaded_with_their_errors(house: House) -> None:
    record = await house.upload(
        LIST + "=1+1,王小明,13800138000,看情况,\n杭州云帆科技有限公司,王小明,13800138000,1万,\n"
    )
    await house.take(record)
    request = lead_import_service_pb2.DownloadFailedLeadImportRowsRequest(name=record.name)
    pieces = [each.data async for each in house.stub.DownloadFailedLeadImportRows(request, **AS_BOSS)]
    lines = b"".join(pieces).decode("utf-8-sig").splitlines()
    assert lines[1].startswith("'=1+1,王小明,13800138000,看情况,,2,预算: ")
    assert len(lines) == 2


async def test_rows_behind_the_first_batch_are_compared_as_those_in_it(house: House) -> None:
    brands = islice(map("".join, permutations(BRANDS, 2)), MANY)
    told = [f"{brand}实业有限公司,王{brand},137{n:08d},1万,\n" for n, brand in enumerate(brands, start=10_000_000)]
    done = await house.take(await house.upload(LIST + "".join([*told, told[3], told[-3]])))
    assert done.state == lead_import_pb2.LEAD_IMPORT_STATE_FINISHED
    assert (done.progress.done, done.progress.touched, done.progress.refused) == (MANY + 2, 2, 0)
    async with house.parts.engine.connect() as connection:
        found = (await connection.execute(select(LEADS.c.company_name, LEADS.c.phone_e164, LEADS.c.sort_key))).all()
        identities = (await connection.execute(select(LEAD_IDENTITIES.c.match_keys, LEAD_IDENTITIES.c.prints))).all()
    assert ("云远实业有限公司", "+8613710000001", "yun yuan shi ye you xian gong si") in found
    assert all(row.match_keys and row.prints for row in identities)
    assert len(identities) == MANY
