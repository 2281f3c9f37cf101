"""The care calendar (关怀日历) through gRPC and PostgreSQL; it is Monday, 2 March 2026, in Shanghai."""

from datetime import UTC, date, datetime

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.type.date_pb2 import Date
from millrace.pipeline.v1 import contact_service_pb2 as people
from millrace.pipeline.v1 import occasion_pb2
from millrace.pipeline.v1 import occasion_service_pb2 as contract
from millrace.pipeline.v1.account_service_pb2 import AssignAccountRequest, DeleteAccountRequest
from sqlalchemy import select

from chassis.principal import Scope
from services.pipeline.storage.account_tables import CONTACTS
from services.pipeline.storage.coming_occasions import in_season
from tests.integration.pipeline.caring import Care, wire
from tests.integration.pipeline.conftest import HANGZHOU, WANG_LEI, ZHANG_WEI, PipelineHouse
from tests.integration.pipeline.dealing import reason_of
from tests.support.clock import FixedClock


@pytest.fixture
def care(house: PipelineHouse) -> Care:
    return Care(house)


async def test_birthdays_and_agreed_days_come_in_the_order_of_their_days(care: Care, house: PipelineHouse) -> None:
    rep = house.zhang_wei
    account = await care.account(rep)
    await care.person(rep, account, born=date(1980, 3, 9))
    await care.person(rep, account, display_name="王芳", born=date(1990, 4, 1))
    await care.agree(rep, account, date(2010, 3, 5), yearly=True)
    await care.agree(rep, account, date(2026, 3, 20), title="新厂开业")
    assert await care.calendar(rep, days=30) == [
        ("2026-03-05", "公司成立周年"),
        ("2026-03-09", "陈思远"),
        ("2026-03-20", "新厂开业"),
    ]


async def test_the_days_ahead_begin_with_today_and_end_with_the_last_one(care: Care, house: PipelineHouse) -> None:
    rep = house.zhang_wei
    account = await care.account(rep)
    for day in (date(2001, 3, 1), date(2001, 3, 2), date(2001, 3, 4), date(2001, 3, 5)):
        await care.agree(rep, account, day, yearly=True, title=day.isoformat())
    assert [title for _, title in await care.calendar(rep, days=3)] == ["2001-03-02", "2001-03-04"]
    whole_year = await care.calendar(rep, days=365)
    assert [day for day, _ in whole_year] == ["2026-03-02", "2026-03-04", "2026-03-05", "2027-03-01"]


@pytest.mark.parametrize("days", [-1, 367])
async def test_nobody_looks_further_ahead_than_a_year(care: Care, house: PipelineHouse, days: int) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await care.coming(house.zhang_wei, days=days)
    assert refusal.value.code() == grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize(
    ("now", "comes"), [((2026, 12, 20), "2027-01-03"), ((2026, 1, 2), "2026-01-03"), ((2026, 1, 3), "2026-01-03")]
)
async def test_a_yearly_day_comes_over_the_turn_of_the_year(
    care: Care, house: PipelineHouse, clock: FixedClock, now: tuple[int, int, int], comes: str
) -> None:
    account = await care.account(house.zhang_wei)
    await care.agree(house.zhang_wei, account, date(2012, 1, 3), yearly=True)
    clock.instant = datetime(*now, 4, tzinfo=UTC)
    assert await care.calendar(house.zhang_wei) == [(comes, "公司成立周年")]


@pytest.mark.parametrize(
    ("now", "days", "comes"),
    [
        ((2026, 2, 20), 30, "2026-02-28"),
        ((2026, 2, 28), 1, "2026-02-28"),
        ((2026, 2, 1), 28, "2026-02-28"),
        ((2028, 2, 20), 30, "2028-02-29"),
        ((2028, 2, 29), 1, "2028-02-29"),
        ((2027, 3, 1), 366, "2028-02-29"),
    ],
)
async def test_who_was_born_on_the_29th_of_february_has_his_birthday_every_year(
    care: Care, house: PipelineHouse, clock: FixedClock, now: tuple[int, int, int], days: int, comes: str
) -> None:
    account = await care.account(house.zhang_wei)
    await care.person(house.zhang_wei, account, born=date(1984, 2, 29))
    clock.instant = datetime(*now, 4, tzinfo=UTC)
    assert await care.calendar(house.zhang_wei, days=days) == [(comes, "陈思远")]


async def test_on_the_28th_of_a_leap_year_nobody_of_the_29th_has_his_birthday(
    care: Care, house: PipelineHouse, clock: FixedClock
) -> None:
    account = await care.account(house.zhang_wei)
    await care.person(house.zhang_wei, account, born=date(1984, 2, 29))
    clock.instant = datetime(2028, 2, 28, 4, tzinfo=UTC)
    assert await care.calendar(house.zhang_wei, days=1) == []


async def test_a_single_day_that_is_over_does_not_come_again(care: Care, house: PipelineHouse) -> None:
    account = await care.account(house.zhang_wei)
    await care.agree(house.zhang_wei, account, date(2026, 3, 1))
    await care.agree(house.zhang_wei, account, date(2025, 3, 5))
    assert await care.calendar(house.zhang_wei, days=366) == []


async def test_a_yearly_day_does_not_come_before_its_first_time(care: Care, house: PipelineHouse) -> None:
    account = await care.account(house.zhang_wei)
    await care.agree(house.zhang_wei, account, date(2028, 5, 1), yearly=True)
    assert await care.calendar(house.zhang_wei, days=366) == []


async def test_a_day_begins_when_it_begins_where_the_house_is(
    care: Care, house: PipelineHouse, clock: FixedClock
) -> None:
    account = await care.account(house.zhang_wei)
    await care.agree(house.zhang_wei, account, date(2026, 3, 2))
    clock.instant = datetime(2026, 3, 2, 15, 59, tzinfo=UTC)  # a minute to midnight in Shanghai
    assert len(await care.calendar(house.zhang_wei)) == 1
    clock.instant = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
    assert await care.calendar(house.zhang_wei) == []


async def test_the_calendar_shows_a_reader_what_lies_in_his_scope(care: Care, house: PipelineHouse) -> None:
    hangzhou = await care.account(house.zhang_wei)
    await care.person(house.zhang_wei, hangzhou, born=date(1980, 3, 9))
    await care.agree(house.zhang_wei, hangzhou, date(2010, 3, 5), yearly=True)
    chengdu = await care.account(house.wang_lei, "成都锦里商贸有限公司")
    await care.agree(house.wang_lei, chengdu, date(2011, 3, 6), yearly=True, title="开业日")
    assert await care.calendar(house.wang_lei) == [("2026-03-06", "开业日")]
    assert len(await care.calendar(house.li_na)) == 2
    assert len(await care.calendar(house.boss)) == 3


async def test_days_follow_their_account_to_its_new_owner(care: Care, house: PipelineHouse) -> None:
    account = await care.account(house.zhang_wei)
    made = await care.agree(house.zhang_wei, account, date(2010, 3, 5), yearly=True)
    await care.accounts.AssignAccount(AssignAccountRequest(name=account, owner=f"members/{WANG_LEI}"), **house.boss)
    assert len(await care.calendar(house.wang_lei)) == 1
    assert await care.calendar(house.zhang_wei) == []
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await care.days.GetOccasion(contract.GetOccasionRequest(name=made.name), **house.zhang_wei)
    assert reason_of(refusal.value)[0] == "OCCASION_NOT_FOUND"


@pytest.mark.parametrize("what", ["Update", "Delete", "Undelete"])
async def test_an_occasion_of_another_team_is_not_there(care: Care, house: PipelineHouse, what: str) -> None:
    made = await care.agree(house.zhang_wei, await care.account(house.zhang_wei), date(2010, 3, 5))
    if what == "Update":
        message = occasion_pb2.Occasion(name=made.name, title="别的", etag=made.etag)
        request = contract.UpdateOccasionRequest(occasion=message, update_mask=FieldMask(paths=["title"]))
    else:
        request = getattr(contract, f"{what}OccasionRequest")(name=made.name)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await getattr(care.days, f"{what}Occasion")(request, **house.wang_lei)
    assert reason_of(refusal.value)[0] == "OCCASION_NOT_FOUND"
    listed = await care.days.ListOccasions(contract.ListOccasionsRequest(), **house.wang_lei)
    assert list(listed.occasions) == []


async def test_a_birthday_comes_to_whoever_may_see_birth_dates(care: Care, house: PipelineHouse) -> None:
    account = await care.account(house.zhang_wei)
    await care.person(house.zhang_wei, account, born=date(1980, 3, 9))
    await care.agree(house.zhang_wei, account, date(2010, 3, 7), yearly=True, title="公司成立周年")
    blind = house.as_member(ZHANG_WEI, Scope.OWN, may=("pipeline.read",), team=HANGZHOU)
    assert [title for _, title in await care.calendar(blind)] == ["公司成立周年"]
    _, whole = (await care.coming(house.zhang_wei)).coming_occasions
    assert (whole.day, whole.years, whole.first_day) == (wire(date(2026, 3, 9)), 46, wire(date(1980, 3, 9)))


async def test_what_is_archived_does_not_come(care: Care, house: PipelineHouse) -> None:
    rep = house.zhang_wei
    account = await care.account(rep)
    person = await care.person(rep, account, born=date(1980, 3, 9))
    await care.agree(rep, account, date(2010, 3, 5), yearly=True, contact=person, title="入职周年")
    gone = await care.agree(rep, account, date(2010, 3, 6), yearly=True, title="旧约定")
    await care.agree(rep, account, date(2010, 3, 7), yearly=True)
    await care.days.DeleteOccasion(contract.DeleteOccasionRequest(name=gone.name), **rep)
    assert [title for _, title in await care.calendar(rep)] == ["入职周年", "公司成立周年", "陈思远"]
    await care.people.DeleteContact(people.DeleteContactRequest(name=person), **rep)
    assert [title for _, title in await care.calendar(rep)] == ["公司成立周年"]
    await care.accounts.DeleteAccount(DeleteAccountRequest(name=account), **rep)
    assert await care.calendar(rep) == []


async def test_the_calendar_comes_by_the_page_and_counts(care: Care, house: PipelineHouse) -> None:
    rep = house.zhang_wei
    account = await care.account(rep)
    for number in range(5):
        await care.agree(rep, account, date(2010, 3, 5 + number // 2), yearly=True, title=str(number))
    seen, token = [], ""
    while True:
        page = await care.coming(rep, page_size=2, page_token=token)
        assert page.total_size == 5
        seen += [each.title for each in page.coming_occasions]
        if not (token := page.next_page_token):
            break
    assert seen == ["0", "1", "2", "3", "4"]


async def test_the_calendar_is_filtered_by_kind_account_and_person(care: Care, house: PipelineHouse) -> None:
    rep = house.zhang_wei
    account, other = await care.account(rep), await care.account(rep, "宁波海蓝贸易有限公司")
    person = await care.person(rep, account, born=date(1980, 3, 9))
    await care.agree(rep, account, date(2010, 3, 5), yearly=True, kind=occasion_pb2.OCCASION_KIND_ANNIVERSARY)
    await care.agree(rep, other, date(2010, 3, 6), yearly=True, title="首单")
    assert await care.calendar(rep, filter="kind = OCCASION_KIND_BIRTHDAY") == [("2026-03-09", "陈思远")]
    assert await care.calendar(rep, filter=f"contact = {person}") == [("2026-03-09", "陈思远")]
    assert await care.calendar(rep, filter=f"account = {other}") == [("2026-03-06", "首单")]


async def test_a_birthday_is_not_agreed_on_by_hand(care: Care, house: PipelineHouse) -> None:
    account = await care.account(house.zhang_wei)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await care.agree(house.zhang_wei, account, date(1980, 3, 9), kind=occasion_pb2.OCCASION_KIND_BIRTHDAY)
    assert refusal.value.code() == grpc.StatusCode.INVALID_ARGUMENT


async def test_a_day_no_calendar_has_is_refused(care: Care, house: PipelineHouse) -> None:
    account = await care.account(house.zhang_wei)
    occasion = occasion_pb2.Occasion(account=account, title="周年", day=Date(year=2026, month=2, day=29))
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await care.days.CreateOccasion(contract.CreateOccasionRequest(occasion=occasion), **house.zhang_wei)
    assert reason_of(refusal.value)[0] == "FIELD_NOT_DATE"


async def test_the_person_of_a_day_is_one_of_the_account(care: Care, house: PipelineHouse) -> None:
    account, other = await care.account(house.zhang_wei), await care.account(house.zhang_wei, "宁波海蓝贸易有限公司")
    stranger = await care.person(house.zhang_wei, other)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await care.agree(house.zhang_wei, account, date(2010, 3, 5), contact=stranger)
    assert reason_of(refusal.value)[0] == "OCCASION_CONTACT_ELSEWHERE"


async def test_nothing_is_agreed_with_an_archived_account(care: Care, house: PipelineHouse) -> None:
    account = await care.account(house.zhang_wei)
    await care.accounts.DeleteAccount(DeleteAccountRequest(name=account), **house.zhang_wei)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await care.agree(house.zhang_wei, account, date(2010, 3, 5))
    assert reason_of(refusal.value)[0] == "ACCOUNT_ARCHIVED"


async def test_an_occasion_is_changed_put_away_and_brought_back(care: Care, house: PipelineHouse) -> None:
    rep = house.zhang_wei
    made = await care.agree(rep, await care.account(rep), date(2010, 3, 5), request_id="once")
    message = occasion_pb2.Occasion(name=made.name, yearly=True, etag=made.etag)
    request = contract.UpdateOccasionRequest(occasion=message, update_mask=FieldMask(paths=["yearly"]))
    changed = await care.days.UpdateOccasion(request, **rep)
    assert (changed.yearly, changed.title, changed.day) == (True, made.title, made.day)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await care.days.UpdateOccasion(request, **rep)
    assert refusal.value.code() == grpc.StatusCode.ABORTED
    await care.days.DeleteOccasion(contract.DeleteOccasionRequest(name=made.name), **rep)
    assert list((await care.days.ListOccasions(contract.ListOccasionsRequest(), **rep)).occasions) == []
    await care.days.UndeleteOccasion(contract.UndeleteOccasionRequest(name=made.name), **rep)
    assert [each.name for each in (await care.days.ListOccasions(contract.ListOccasionsRequest(), **rep)).occasions]
    assert await house.subjects("occasion") == [
        "occasion.created",
        "occasion.updated",
        "occasion.deleted",
        "occasion.undeleted",
    ]


async def test_the_same_request_agrees_once(care: Care, house: PipelineHouse) -> None:
    account = await care.account(house.zhang_wei)
    first = await care.agree(house.zhang_wei, account, date(2010, 3, 5), "once")
    assert await care.agree(house.zhang_wei, account, date(2010, 3, 5), "once") == first
    assert await house.subjects("occasion") == ["occasion.created"]


@pytest.mark.parametrize("last", [date(2026, 4, 1), date(2027, 1, 31)])
async def test_birthdays_are_found_by_their_place_in_the_year(house: PipelineHouse, last: date) -> None:
    soon = in_season(CONTACTS.c.birth_date, date(2026, 3, 2), last)
    statement = select(CONTACTS.c.uuid).where(CONTACTS.c.delete_time.is_(None), soon)
    written = statement.compile(dialect=house.engine.dialect, compile_kwargs={"literal_binds": True})
    async with house.engine.connect() as connection:
        await connection.exec_driver_sql("set enable_seqscan = off")
        plan = (await connection.exec_driver_sql(f"explain (costs off) {written}")).scalars().all()
    assert any("contacts_month_and_day" in line for line in plan)
