"""What a lead is found and compared by lies beside it: written when it changes, and missed by nobody until it is."""

from uuid import UUID

from google.protobuf.field_mask_pb2 import FieldMask
from millrace.leads.v1 import lead_pb2
from millrace.leads.v1.lead_service_pb2 import (
    CheckLeadDuplicatesRequest,
    CheckLeadDuplicatesResponse,
    CreateLeadRequest,
    OverrideLeadGradeRequest,
    UpdateLeadRequest,
)
from millrace.leads.v1.lead_service_pb2_grpc import LeadServiceStub
from sqlalchemy import delete, select, text, update

from chassis.work import Read
from services.leads.storage.stock import common_keys
from services.leads.storage.tables import LEAD_IDENTITIES
from tests.integration.leads.conftest import LeadsHouse
from tests.integration.leads.rounds import drain
from tests.support.clock import FixedClock

FIRM, PHONE = "杭州云帆科技有限公司", "13905712345"
_ROW = text("select xmin::text, version, prints from lead_identities where lead = :lead")
_AS_BEFORE = text("update leads set match_keys = cast(:keys as text[]) where uuid = :lead")
_STOCK = text(
    "insert into lead_identities (lead, version, match_keys, prints) select gen_random_uuid(), 1, "
    "array['c' || n, 'y' || n / 3, case when n <= 230 then 'dbusy' when n <= 420 then 'drare' else 'd' || n end], '' "
    "from generate_series(1, 20000) as n"
)


async def create(house: LeadsHouse, *, company: str = FIRM, phone: str = PHONE) -> lead_pb2.Lead:
    lead = lead_pb2.Lead(company_name=company, contact_name="欧阳锦绣", phone=phone)
    return await LeadServiceStub(house.channel).CreateLead(CreateLeadRequest(lead=lead), **house.boss)


async def check(house: LeadsHouse, *, company: str = "", phone: str = PHONE) -> CheckLeadDuplicatesResponse:
    request = CheckLeadDuplicatesRequest(lead=lead_pb2.Lead(company_name=company, phone=phone))
    return await LeadServiceStub(house.channel).CheckLeadDuplicates(request, **house.boss)


async def identity(house: LeadsHouse, lead: lead_pb2.Lead) -> tuple[str, int, str]:
    async with house.engine.connect() as connection:
        row = (await connection.execute(_ROW, {"lead": UUID(lead.name[6:])})).one()
    return row.xmin, row.version, row.prints


async def test_a_lead_without_a_written_fingerprint_is_compared_all_the_same(
    house: LeadsHouse, clock: FixedClock
) -> None:
    lead = await create(house)
    before = await check(house, company=FIRM)
    _, _, written = await identity(house, lead)
    async with house.engine.begin() as connection:
        await connection.execute(update(LEAD_IDENTITIES).values(prints=""))
    assert await check(house, company=FIRM) == before
    await drain(house, clock)
    assert (await identity(house, lead))[2] == written


async def test_what_a_process_of_the_release_before_writes_is_found_at_once(
    house: LeadsHouse, clock: FixedClock
) -> None:
    lead = await create(house)
    before = await check(house, company=FIRM)
    async with house.engine.begin() as connection:
        keys = await connection.scalar(select(LEAD_IDENTITIES.c.match_keys))
        await connection.execute(delete(LEAD_IDENTITIES))
        await connection.execute(_AS_BEFORE, {"keys": keys, "lead": UUID(lead.name[6:])})
    assert await check(house, company=FIRM) == before
    await drain(house, clock)
    assert (await identity(house, lead))[2] != ""


async def test_a_lead_nobody_wrote_an_identity_for_gets_one_from_the_round(
    house: LeadsHouse, clock: FixedClock
) -> None:
    lead = await create(house)
    written = (await identity(house, lead))[2]
    async with house.engine.begin() as connection:
        await connection.execute(delete(LEAD_IDENTITIES))
    await drain(house, clock)
    assert (await identity(house, lead))[2] == written


async def test_a_change_that_is_not_about_the_customer_leaves_the_identity_alone(house: LeadsHouse) -> None:
    lead = await create(house)
    before = await identity(house, lead)
    request = OverrideLeadGradeRequest(name=lead.name, grade=lead_pb2.GRADE_B, reason="亲自来电")
    await LeadServiceStub(house.channel).OverrideLeadGrade(request, **house.boss)
    await create(house)  # a touch
    assert await identity(house, lead) == before


async def test_a_corrected_number_is_found_and_the_wrong_one_no_longer(house: LeadsHouse) -> None:
    lead = await create(house, company="", phone="13905710000")
    lead.phone = PHONE
    request = UpdateLeadRequest(lead=lead, update_mask=FieldMask(paths=["phone"]))
    changed = await LeadServiceStub(house.channel).UpdateLead(request, **house.boss)
    assert [each.lead for each in (await check(house)).candidates] == [lead.name]
    assert not (await check(house, phone="13905710000")).candidates
    assert (await identity(house, lead))[1] == int(changed.etag)


async def test_a_key_that_hundreds_share_is_known_by_the_statistics(house: LeadsHouse) -> None:
    async with house.engine.begin() as connection:
        await connection.execute(_STOCK)
    async with house.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("analyze lead_identities"))
        read = Read(connection, house.clock.now(), None)  # type: ignore[arg-type]  # nobody asks who reads
        assert await common_keys(read, held_by=200) == {"dbusy"}
        assert await common_keys(read, held_by=150) == {"dbusy", "drare"}
