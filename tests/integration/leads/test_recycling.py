"""The recycling clock (回收), from the day somebody gets a lead to the day it falls back, each step told once."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from millrace.leads.v1 import lead_pb2, lead_pool_events_pb2
from millrace.leads.v1 import lead_recycling_pb2 as recycling
from millrace.leads.v1.lead_service_pb2 import LEAD_VIEW_FULL, OverrideLeadGradeRequest
from millrace.leads.v1.lead_service_pb2_grpc import LeadServiceStub
from sqlalchemy import func, insert, null, select, text, update

from chassis.principal import Scope
from services.leads.application.recycling import OF_BEFORE
from services.leads.domain.lead_state import LeadState
from services.leads.storage.metadata import ORGANIZATION
from services.leads.storage.pool_tables import LEAD_POOL_MOVES, RECYCLING_NOTICES
from services.leads.storage.tables import LEADS
from tests.integration.leads.conftest import ANNA, BO, CHEN, HANGZHOU, LeadsHouse
from tests.integration.leads.pooling import (
    DEFAULT,
    body,
    claim,
    edit_rules,
    kind_of,
    kinds,
    moves,
    notices,
    open_pool,
    round_over,
    seller,
    swept,
)
from tests.integration.leads.responding import (
    NOT_REACHED,
    correct,
    create,
    events,
    follow_up,
    listed,
    open_office,
    read,
    told,
)
from tests.integration.leads.test_assigning import assign, loads
from tests.integration.leads.test_responses import promote
from tests.support.clock import NOON, FixedClock

RUNNING, WARNED = recycling.LEAD_RECYCLING_STATE_RUNNING, recycling.LEAD_RECYCLING_STATE_WARNED
# As shipped an A falls back after five working days: Monday's at the end of next Monday.
WARNING, END = datetime(2026, 3, 6, 16, 0, tzinfo=UTC), datetime(2026, 3, 9, 16, 0, tzinfo=UTC)


def due(lead: lead_pb2.Lead) -> datetime:
    return lead.recycling.due_time.ToDatetime(UTC)


async def there_is_the_team(house: LeadsHouse) -> None:
    team = {"uuid": HANGZHOU, "version": 1, "display_name": "杭州", "parent": None, "region": None, "archived": False}
    await house.organize(insert(ORGANIZATION.teams).values(team | {"path": [HANGZHOU]}))


async def test_a_lead_says_when_it_falls_back_why_and_what_extends_it(house: LeadsHouse) -> None:
    await open_office(house)
    await house.hire(ANNA)
    clock = (await read(house, await create(house))).recycling
    assert (clock.state, clock.member) == (RUNNING, f"members/{ANNA}")
    assert (clock.due_time.ToDatetime(UTC), clock.rule, clock.limit_days) == (
        END,
        recycling.LEAD_RECYCLING_RULE_IDLE,
        5,
    )
    assert (clock.next_step, clock.next_time.ToDatetime(UTC)) == (recycling.LEAD_RECYCLING_STEP_WARN, WARNING)
    first, second = (each.text for each in clock.reasons)
    assert first.startswith("A grade A lead falls back when it is not followed up for 5 working days, counted from")
    assert first.endswith("the day after 2026-03-02")
    assert second == "No follow-up counts so far, so it counts from the assignment; one that counts extends the time"


async def test_the_owner_is_warned_then_the_lead_falls_back_each_once(house: LeadsHouse, clock: FixedClock) -> None:
    await open_office(house)
    await house.hire(ANNA)
    await promote(house, BO)
    await there_is_the_team(house)
    lead = await create(house)
    second = timedelta(seconds=1)
    for at, expected in ((WARNING - second, 0), (WARNING, 1), (END - second, 0), (END, 1), (END + second, 0)):
        clock.instant = at
        assert await swept(house, clock) == expected, at
        if at == WARNING:
            assert (await read(house, lead)).recycling.state == WARNED
    after = await read(house, lead)
    assert (after.owner, after.team, after.pool) == ("", "", DEFAULT)
    assert after.recycling.state == recycling.LEAD_RECYCLING_STATE_POOLED
    assert after.owner_reasons[0].code == "POOLED_BY_RECYCLING"
    assert [list(each.told) for each in await notices(house)] == [
        [f"members/{ANNA}"],
        [f"members/{ANNA}", f"members/{BO}"],
    ]
    assert await kinds(house) == ["WARNED", "RECYCLED"]
    names = [name for name, _ in await events(house, lead)]
    assert names == ["LeadCreated", "LeadRecyclingWarned", "LeadPooled"]
    assert await loads(house) == {}
    (move,) = await moves(house)
    assert (kind_of(move), move.member, move.actor) == ("RECYCLED", f"members/{ANNA}", "services/leads")


async def test_what_fell_back_is_told_with_the_pool_and_who_had_it(house: LeadsHouse, clock: FixedClock) -> None:
    await open_office(house)
    await house.hire(ANNA)
    lead = await create(house)
    clock.instant = END
    await swept(house, clock)
    name, payload = (await events(house, lead))[-1]
    event = lead_pool_events_pb2.LeadPooled.FromString(payload)
    assert (name, event.lead.pool, event.lead.owner) == ("LeadPooled", DEFAULT, "")
    assert (event.former_owner, event.kind) == (f"members/{ANNA}", 2)


async def test_a_holiday_does_not_count_and_a_day_worked_in_exchange_does(house: LeadsHouse) -> None:
    await open_office(house, {"date": "2026-03-04", "working": False}, {"date": "2026-03-07", "working": True})
    await house.hire(ANNA)
    # Tuesday, Thursday, Friday, Saturday worked in exchange, Monday.
    assert due(await read(house, await create(house))) == END


async def test_a_follow_up_that_counts_extends_the_time_and_another_does_not(
    house: LeadsHouse, clock: FixedClock
) -> None:
    await open_office(house)
    await house.hire(ANNA)
    lead = await create(house)
    clock.travel(days=2)
    await follow_up(house, lead, NOT_REACHED, note="打了三次电话")
    await follow_up(house, lead, note="嗯")
    assert due(await read(house, lead)) == END
    counted = await follow_up(house, lead, note="谈了报价")
    after = (await read(house, lead)).recycling
    assert after.due_time.ToDatetime(UTC) == END + timedelta(days=2)
    assert (after.follow_up, after.follow_up_time.ToDatetime(UTC)) == (counted.name, clock.now())
    await correct(house, counted, told(lead, note="谈了报价", outcome=NOT_REACHED))
    assert due(await read(house, lead)) == END


async def test_who_is_warned_and_works_the_lead_keeps_it_and_is_warned_of_the_new_day(
    house: LeadsHouse, clock: FixedClock
) -> None:
    await open_office(house)
    await house.hire(ANNA)
    lead = await create(house)
    clock.instant = WARNING
    await swept(house, clock)
    clock.travel(days=2, hours=12)  # Monday noon
    await follow_up(house, lead, note="谈了报价")
    clock.instant = END
    assert await swept(house, clock) == 0
    clock.instant = END + timedelta(days=4)
    await swept(house, clock)
    assert await kinds(house) == ["WARNED", "WARNED"]


async def test_however_often_it_is_followed_up_a_lead_falls_back_that_is_not_converted(
    house: LeadsHouse, clock: FixedClock
) -> None:
    await open_office(house)
    await house.hire(ANNA)
    await edit_rules(house, body({"A": {"idle": 5, "unconverted": 7}}))
    lead = await create(house)
    for _ in range(3):
        clock.travel(days=3)
        await follow_up(house, lead, note="谈了报价")
    after = (await read(house, lead)).recycling
    assert after.rule == recycling.LEAD_RECYCLING_RULE_UNCONVERTED
    clock.instant = END + timedelta(days=2)
    await swept(house, clock)
    assert (await read(house, lead)).pool == DEFAULT


async def test_while_a_conversion_is_decided_the_clock_stands(house: LeadsHouse, clock: FixedClock) -> None:
    await open_office(house)
    await house.hire(ANNA)
    lead = await create(house)
    uuid = UUID(lead.name.removeprefix("leads/"))
    async with house.engine.begin() as connection:
        values = {"state": LeadState.CONVERTING.value, "recycle_next": None}
        await connection.execute(update(LEADS).values(values).where(LEADS.c.uuid == uuid))
    shown = (await read(house, lead)).recycling
    assert shown.state == recycling.LEAD_RECYCLING_STATE_PAUSED
    assert not shown.HasField("next_time")
    clock.instant = END + timedelta(days=30)
    assert await swept(house, clock) == 0


async def test_another_owner_begins_anew_and_the_same_one_gains_nothing(house: LeadsHouse, clock: FixedClock) -> None:
    await open_office(house)
    await house.hire(ANNA)
    lead = await create(house)
    clock.travel(days=1)
    await assign(house, lead, ANNA)
    assert due(await read(house, lead)) == END
    await house.hire(BO)
    await assign(house, lead, BO)
    assert due(await read(house, lead)) == END + timedelta(days=1)


async def test_whoever_claims_what_fell_back_has_his_own_time(house: LeadsHouse, clock: FixedClock) -> None:
    await open_office(house)
    await house.hire(ANNA)
    lead = await create(house)
    clock.instant = END
    await swept(house, clock)
    await house.hire(BO)
    await claim(house, lead.name, seller(house, BO))
    # Claimed on the first minute of Tuesday: it stays until the end of the next Tuesday.
    assert due(await read(house, lead)) == END + timedelta(days=8)


async def test_another_grade_moves_the_day(house: LeadsHouse) -> None:
    await open_office(house)
    await house.hire(ANNA)
    lead = await create(house)
    request = OverrideLeadGradeRequest(name=lead.name, grade=lead_pb2.GRADE_B, reason="先放一放")
    await LeadServiceStub(house.channel).OverrideLeadGrade(request, **house.boss)
    assert due(await read(house, lead)) == END + timedelta(days=7)


async def test_it_falls_into_the_pool_of_its_owners_team(house: LeadsHouse, clock: FixedClock) -> None:
    await open_office(house)
    await there_is_the_team(house)
    await house.hire(ANNA)
    pool = await open_pool(house, roles=[], teams=[f"teams/{HANGZHOU}"])
    lead = await create(house)
    clock.instant = END
    await swept(house, clock)
    assert (await read(house, lead)).pool == pool.name


async def test_leads_of_before_get_a_clock_and_nobody_is_exempt(house: LeadsHouse, clock: FixedClock) -> None:
    await open_office(house)
    await house.hire(ANNA)
    leads = [await create(house, number) for number in range(3)]
    async with house.engine.begin() as connection:
        await connection.execute(update(LEADS).values(recycling=null(), recycle_due=None, recycle_next=None))
    clock.travel(days=60)
    begun = clock.now()
    await round_over(house, clock, OF_BEFORE.name)
    for lead in leads:
        shown = (await read(house, lead)).recycling
        assert shown.state == RUNNING
        assert timedelta() <= shown.start_time.ToDatetime(UTC) - begun <= timedelta(minutes=3)


async def test_a_lead_given_away_by_a_process_that_knew_no_clocks_is_its_new_owners(
    house: LeadsHouse, clock: FixedClock
) -> None:
    await open_office(house)
    await house.hire(ANNA)
    lead = await create(house)
    async with house.engine.begin() as connection:
        await connection.execute(update(LEADS).values(owner=BO))
    clock.instant = WARNING
    await swept(house, clock)
    shown = (await read(house, lead)).recycling
    assert (shown.member, shown.start_time.ToDatetime(UTC)) == (f"members/{BO}", WARNING)
    assert await kinds(house) == []


async def test_a_converted_lead_comes_to_nothing_any_more(house: LeadsHouse, clock: FixedClock) -> None:
    await open_office(house)
    await house.hire(ANNA)
    await create(house)
    async with house.engine.begin() as connection:
        await connection.execute(update(LEADS).values(state=LeadState.CONVERTED.value))
    clock.instant = END + timedelta(days=1)
    await swept(house, clock)
    assert await kinds(house) == []


async def test_a_row_that_is_due_before_its_clock_is_set_right_and_not_looked_at_without_end(
    house: LeadsHouse, clock: FixedClock
) -> None:
    await open_office(house)
    await house.hire(ANNA)
    lead = await create(house)
    async with house.engine.begin() as connection:
        await connection.execute(update(LEADS).values(recycle_next=NOON))
    assert [await swept(house, clock), await swept(house, clock)] == [1, 0]
    assert (await read(house, lead)).recycling.next_time.ToDatetime(UTC) == WARNING
    assert await kinds(house) == []


async def copies(house: LeadsHouse, number: int) -> None:
    """As many leads more as the one there is; a test has no time to tell them one by one."""
    columns = ", ".join(f'"{column.name}"' for column in LEADS.c if column.name != "uuid")
    async with house.engine.begin() as connection:
        await connection.execute(
            text(
                f"insert into leads (uuid, {columns}) select md5(number::text)::uuid, {columns} "  # noqa: S608 - our own names
                f"from leads, generate_series(1, {number}) as number"
            )
        )


async def test_several_who_sweep_at_once_recycle_each_lead_once(house: LeadsHouse, clock: FixedClock) -> None:
    await open_office(house)
    await house.hire(ANNA)
    await create(house)
    await copies(house, 1200)
    clock.instant = END
    await asyncio.gather(*(swept(house, clock) for _ in range(4)))
    while await swept(house, clock):
        pass
    async with house.engine.connect() as connection:
        told_of = select(func.count(), func.count(RECYCLING_NOTICES.c.lead.distinct())).select_from(RECYCLING_NOTICES)
        moved = select(func.count(), func.count(LEAD_POOL_MOVES.c.lead.distinct())).select_from(LEAD_POOL_MOVES)
        assert tuple((await connection.execute(told_of)).one()) == (1201, 1201)
        assert tuple((await connection.execute(moved)).one()) == (1201, 1201)
        assert await connection.scalar(select(func.count()).where(LEADS.c.owner.is_not(None))) == 0


async def test_a_sweep_that_dies_leaves_no_lead_half_recycled(house: LeadsHouse, clock: FixedClock) -> None:
    await open_office(house)
    await house.hire(ANNA)
    lead = await create(house)
    clock.instant = END
    async with house.engine.begin() as connection:
        await connection.execute(text("alter table lead_pool_moves add constraint dying check (false) not valid"))
    with pytest.raises(Exception, match="dying"):
        await swept(house, clock)
    assert (await read(house, lead)).owner == f"members/{ANNA}"
    assert [name for name, _ in await events(house, lead)] == ["LeadCreated"]
    async with house.engine.begin() as connection:
        await connection.execute(text("alter table lead_pool_moves drop constraint dying"))
    assert await swept(house, clock) == 1
    assert await kinds(house) == ["RECYCLED"]


async def test_a_lead_that_is_followed_up_while_it_is_swept_has_one_fate(house: LeadsHouse, clock: FixedClock) -> None:
    await open_office(house)
    await house.hire(ANNA)
    lead = await create(house)
    clock.instant = END
    attempts = (follow_up(house, lead, note="谈了报价"), swept(house, clock))
    await asyncio.gather(*attempts, return_exceptions=True)
    after = await read(house, lead)
    assert (after.owner == "") == (after.pool == DEFAULT)
    assert len(await moves(house)) == (1 if after.pool else 0)


async def test_notices_are_seen_by_whoever_sees_the_rows_of_who_had_the_lead(
    house: LeadsHouse, clock: FixedClock
) -> None:
    await open_office(house)
    await house.hire(ANNA)
    await create(house)
    clock.instant = END
    await swept(house, clock)
    assert len(await notices(house, house.as_member(ANNA, Scope.OWN))) == 1
    assert await notices(house, house.as_member(BO, Scope.OWN)) == []
    assert len(await notices(house, house.as_member(CHEN, Scope.TEAM, teams=frozenset({HANGZHOU})))) == 1


async def test_my_leads_about_to_fall_back_are_found_by_their_day(house: LeadsHouse) -> None:
    await open_office(house)
    await house.hire(ANNA)
    lead = await create(house)
    await create(house, 2, company_name="无期限", phone="13905710002")
    mine = house.as_member(ANNA, Scope.OWN)
    found = await listed(house, mine, filter='recycling_due_time < "2026-03-10T00:00:00Z"', view=LEAD_VIEW_FULL)
    assert [each.name for each in found] == [lead.name]
    assert found[0].recycling.reasons[0].code == "RECYCLING_IDLE"
