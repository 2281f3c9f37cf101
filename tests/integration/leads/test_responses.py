"""The clock of the first response, from the moment somebody gets a lead to an answer, or to somebody else."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from millrace.leads.v1 import lead_events_pb2, lead_pb2
from millrace.leads.v1 import lead_response_pb2 as response
from millrace.leads.v1.lead_assignment_service_pb2 import (
    ASSIGNMENT_OUTCOME_HAD_IT,
    AssignLeadRequest,
    ListLeadAssignmentsRequest,
)
from millrace.leads.v1.lead_assignment_service_pb2_grpc import LeadAssignmentServiceStub
from millrace.leads.v1.lead_service_pb2 import LEAD_VIEW_FULL, OverrideLeadGradeRequest
from millrace.leads.v1.lead_service_pb2_grpc import LeadServiceStub
from sqlalchemy import func, insert, select, text, update

from chassis.principal import Scope
from services.leads.domain.lead_state import LeadState
from services.leads.storage.metadata import ORGANIZATION
from services.leads.storage.response_tables import RESPONSE_NOTICES
from services.leads.storage.tables import LEADS, MEMBER_LOADS
from tests.integration.leads.conftest import ANNA, BO, CHEN, HANGZHOU, LeadsHouse
from tests.integration.leads.responding import (
    MESSAGE_LEFT,
    NOT_REACHED,
    create,
    events,
    follow_up,
    kind_of,
    kinds,
    listed,
    notices,
    open_office,
    read,
    run_clocks,
    stamp,
)
from tests.support.clock import NOON, FixedClock

WAITING, OVERDUE = response.LEAD_RESPONSE_STATE_WAITING, response.LEAD_RESPONSE_STATE_OVERDUE
MET, LATE = response.LEAD_RESPONSE_STATE_MET, response.LEAD_RESPONSE_STATE_LATE
# Monday 13:00 in Shanghai, when the office is open again after the break that NOON falls into.
AFTER_LUNCH = NOON + timedelta(hours=1)


def due(lead: lead_pb2.Lead) -> datetime:
    return lead.response.due_time.ToDatetime(UTC)


async def promote(house: LeadsHouse, member: UUID, *, reach: str = "TEAM", team: UUID | None = HANGZHOU) -> None:
    """Put a manager above a team who takes no leads himself."""
    await house.hire(member, team=team, capacity=0)
    grants = {"leads.write": int(Scope[reach]), "leads.read": int(Scope[reach])}
    role = {"uuid": UUID(int=900 + member.int), "version": 1, "key": f"lead_{member.int}", "archived": False}
    named = {"display_name_zh": "", "display_name_en": "", "grants": grants}
    await house.organize(insert(ORGANIZATION.roles).values(role | named))
    known = update(ORGANIZATION.members).where(ORGANIZATION.members.c.uuid == member)
    await house.organize(known.values(roles=[f"lead_{member.int}"], version=2))


async def assign(house: LeadsHouse, lead: lead_pb2.Lead, member: UUID) -> None:
    request = AssignLeadRequest(name=lead.name, owner=f"members/{member}")
    await LeadAssignmentServiceStub(house.channel).AssignLead(request, **house.boss)


async def test_a_lead_says_until_when_it_is_to_be_answered_and_why(house: LeadsHouse) -> None:
    await open_office(house)
    await house.hire(ANNA)
    told = (await read(house, await create(house))).response
    assert (told.state, told.member, told.start_time.ToDatetime(UTC)) == (WAITING, f"members/{ANNA}", NOON)
    assert told.due_time.ToDatetime(UTC) == AFTER_LUNCH + timedelta(hours=1)
    assert (told.next_step, told.next_time.ToDatetime(UTC)) == (
        response.LEAD_RESPONSE_STEP_WARN,
        AFTER_LUNCH + timedelta(minutes=30),
    )
    (why,) = told.reasons
    assert why.text == "A grade A lead is to be answered within 60 working minutes, counted from 2026-03-02 12:00"


async def test_a_holiday_does_not_count_and_a_day_worked_in_exchange_does(house: LeadsHouse, clock: FixedClock) -> None:
    await open_office(
        house,
        *({"date": f"2026-10-0{day}", "working": False} for day in range(1, 9)),
        {"date": "2026-10-10", "working": True},
    )
    await house.hire(ANNA)
    clock.instant = datetime(2026, 9, 30, 9, 30, tzinfo=UTC)  # 17:30 before the holiday of a week
    assert due(await read(house, await create(house, 1))) == datetime(2026, 10, 9, 1, 30, tzinfo=UTC)
    clock.instant = datetime(2026, 10, 9, 9, 30, tzinfo=UTC)  # Friday 17:30; Saturday is worked
    assert due(await read(house, await create(house, 2))) == datetime(2026, 10, 10, 1, 30, tzinfo=UTC)


async def test_the_hours_are_those_of_the_owners_team(house: LeadsHouse) -> None:
    await open_office(house)
    await house.hire(ANNA)
    await house.organize(
        insert(ORGANIZATION.teams).values(
            uuid=HANGZHOU, version=1, display_name="杭州", parent=None, region=None, path=[HANGZHOU], archived=False
        )
    )
    night = [{"weekday": day, "start_minute": 22 * 60, "end_minute": 24 * 60} for day in range(1, 8)]
    row = {"uuid": UUID(int=2), "version": 1, "team": HANGZHOU, "working_hours": night, "special_days": []}
    await house.organize(insert(ORGANIZATION.calendars).values(row))
    assert due(await read(house, await create(house))) == datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


async def test_without_hours_the_clock_never_stands_still(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    assert due(await read(house, await create(house))) == NOON + timedelta(hours=1)


async def test_the_first_follow_up_that_counts_answers_the_customer_in_time_or_late(
    house: LeadsHouse, clock: FixedClock
) -> None:
    await open_office(house)
    await house.hire(ANNA)
    in_time, late = await create(house, 1), await create(house, 2)
    clock.instant = AFTER_LUNCH + timedelta(minutes=45)
    await follow_up(house, in_time, NOT_REACHED)
    assert (await read(house, in_time)).response.state == WAITING, "a try is no answer as shipped"
    first = await follow_up(house, in_time)
    clock.travel(minutes=30)
    await follow_up(house, in_time)
    await follow_up(house, late, MESSAGE_LEFT)
    told = (await read(house, in_time)).response
    assert (told.state, told.response_minutes, told.follow_up) == (MET, 45, first.name)
    assert not told.HasField("next_time")
    told = (await read(house, late)).response
    assert (told.state, told.response_minutes) == (LATE, 75)
    assert await kinds(house) == ["ANSWERED", "ANSWERED"]


async def test_the_answer_is_told_in_every_event_from_then_on(house: LeadsHouse, clock: FixedClock) -> None:
    await open_office(house)
    await house.hire(ANNA)
    lead = await create(house)
    clock.instant = AFTER_LUNCH + timedelta(minutes=20)
    await follow_up(house, lead)
    await house.hire(BO)
    await assign(house, lead, BO)
    (_, made), (responded, answer), (assigned, after) = await events(house, lead)
    assert (responded, assigned) == ("LeadResponded", "LeadAssigned")
    created = lead_events_pb2.LeadCreated.FromString(made).lead
    assert created.response_due_time.ToDatetime(UTC) == AFTER_LUNCH + timedelta(hours=1)
    assert not created.HasField("first_response_time")
    assert not created.HasField("response_minutes")
    for told in (lead_events_pb2.LeadResponded.FromString(answer), lead_events_pb2.LeadAssigned.FromString(after)):
        assert told.lead.first_response_time.ToDatetime(UTC) == clock.now()
        assert (told.lead.response_minutes, told.lead.response_start_time.ToDatetime(UTC)) == (20, NOON)


async def test_the_owner_is_warned_then_it_is_missed_then_his_manager_is_told_each_once(
    house: LeadsHouse, clock: FixedClock
) -> None:
    await open_office(house)
    await house.hire(ANNA)
    await promote(house, BO)
    await promote(house, CHEN, reach="ALL", team=None)
    await house.organize(
        insert(ORGANIZATION.teams).values(
            uuid=HANGZHOU, version=1, display_name="杭州", parent=None, region=None, path=[HANGZHOU], archived=False
        )
    )
    lead = await create(house)
    for minutes, expected in ((29, 0), (30, 1), (59, 0), (60, 1), (119, 0), (120, 1), (121, 0)):
        clock.instant = AFTER_LUNCH + timedelta(minutes=minutes)
        assert await run_clocks(house, clock) == expected, minutes
    told = [(kind_of(each), list(each.told)) for each in await notices(house)]
    assert told == [
        ("WARNED", [f"members/{ANNA}"]),
        ("MISSED", [f"members/{ANNA}"]),
        ("ESCALATED", [f"members/{BO}", f"members/{ANNA}"]),
    ]
    names = [name for name, _ in await events(house, lead)]
    assert names == ["LeadCreated", "LeadResponseWarned", "LeadResponseMissed", "LeadResponseEscalated"]
    assert await kinds(house, filter=f'told : "members/{BO}"') == ["ESCALATED"]
    assert (await read(house, lead)).response.state == OVERDUE


async def test_what_was_missed_by_far_goes_to_somebody_else_with_the_reason_and_both_loads_follow(
    house: LeadsHouse, clock: FixedClock
) -> None:
    await open_office(house)
    await house.hire(ANNA)
    lead = await create(house)
    await house.hire(BO)
    clock.travel(days=1, hours=1)  # 480 minutes of work: Monday afternoon has 300, Tuesday morning 180
    assert await run_clocks(house, clock) == 1
    after = await read(house, lead)
    assert after.owner == f"members/{BO}"
    assert after.owner_reasons[0].code == "ASSIGNED_AFTER_NO_RESPONSE"
    assert (after.response.member, after.response.start_time.ToDatetime(UTC)) == (f"members/{BO}", clock.now())
    assert await kinds(house) == ["MISSED", "ESCALATED", "REASSIGNED"]
    ledger = LeadAssignmentServiceStub(house.channel)
    request = ListLeadAssignmentsRequest(parent=lead.name)
    newest = (await ledger.ListLeadAssignments(request, **house.boss)).lead_assignments[0]
    assert (newest.member, newest.reasons[0].code) == (f"members/{BO}", "ASSIGNED_AFTER_NO_RESPONSE")
    assert {each.member: each.outcome for each in newest.candidates}[f"members/{ANNA}"] == ASSIGNMENT_OUTCOME_HAD_IT
    async with house.engine.connect() as connection:
        total = func.sum(MEMBER_LOADS.c.open_leads)
        rows = await connection.execute(select(MEMBER_LOADS.c.member, total).group_by(MEMBER_LOADS.c.member))
        assert dict(rows.tuples().all()) == {ANNA: 0, BO: 1}


async def test_where_nobody_else_is_free_the_lead_stays_and_somebody_is_told_once(
    house: LeadsHouse, clock: FixedClock
) -> None:
    await open_office(house)
    await house.hire(ANNA)
    lead = await create(house)
    await house.hire(BO, capacity=0)
    clock.travel(days=2)
    assert [await run_clocks(house, clock), await run_clocks(house, clock)] == [1, 0]
    after = await read(house, lead)
    assert (after.owner, after.response.state) == (f"members/{ANNA}", OVERDUE)
    assert after.response.reasons[-1].code == "RESPONSE_STUCK"
    assert await kinds(house) == ["MISSED", "ESCALATED", "STUCK"]
    assert [name for name, _ in await events(house, lead)][-1] == "LeadResponseStuck"


async def test_a_lead_changes_hands_by_itself_as_often_as_the_rules_allow(house: LeadsHouse, clock: FixedClock) -> None:
    for member in range(1, 6):
        await house.hire(UUID(int=member))
    lead = await create(house)
    for _ in range(4):
        clock.travel(days=1)
        await run_clocks(house, clock)
    assert (await kinds(house)).count("REASSIGNED") == 2
    assert (await kinds(house))[-1] == "STUCK"
    owners = {each.owner for each in await notices(house, filter=f"lead = {lead.name}")}
    assert len(owners) == 3


async def test_two_who_sweep_at_once_tell_each_step_once(house: LeadsHouse, clock: FixedClock) -> None:
    await open_office(house)
    await house.hire(ANNA)
    leads = [await create(house, number) for number in range(30)]
    clock.instant = AFTER_LUNCH + timedelta(minutes=30)
    await asyncio.gather(*(run_clocks(house, clock) for _ in range(4)))
    told = await notices(house)
    assert sorted(each.lead for each in told) == sorted(lead.name for lead in leads)


async def test_a_sweep_that_dies_leaves_no_step_half_taken(house: LeadsHouse, clock: FixedClock) -> None:
    await open_office(house)
    await house.hire(ANNA)
    lead = await create(house)
    clock.instant = AFTER_LUNCH + timedelta(minutes=30)
    async with house.engine.begin() as connection:
        await connection.execute(text("alter table lead_response_notices add constraint dying check (false) not valid"))
    with pytest.raises(Exception, match="dying"):
        await run_clocks(house, clock)
    assert [name for name, _ in await events(house, lead)] == ["LeadCreated"]
    async with house.engine.begin() as connection:
        await connection.execute(text("alter table lead_response_notices drop constraint dying"))
    assert await run_clocks(house, clock) == 1
    assert await kinds(house) == ["WARNED"]


async def test_a_lead_that_is_answered_while_it_is_swept_is_not_warned_of(house: LeadsHouse, clock: FixedClock) -> None:
    await open_office(house)
    await house.hire(ANNA)
    lead = await create(house)
    clock.instant = AFTER_LUNCH + timedelta(minutes=30)
    await asyncio.gather(follow_up(house, lead), run_clocks(house, clock))
    assert await run_clocks(house, clock) == 0
    assert (await read(house, lead)).response.state == MET
    assert (await kinds(house)).count("WARNED") <= 1


async def test_a_converted_lead_comes_to_nothing_any_more(house: LeadsHouse, clock: FixedClock) -> None:
    await open_office(house)
    await house.hire(ANNA)
    lead = await create(house)
    async with house.engine.begin() as connection:
        uuid = UUID(lead.name.removeprefix("leads/"))
        statement = update(LEADS).values(state=LeadState.CONVERTED.value).where(LEADS.c.uuid == uuid)
        await connection.execute(statement)
    clock.travel(days=2)
    await run_clocks(house, clock)
    assert await kinds(house) == []
    assert (await read(house, lead)).response.state == response.LEAD_RESPONSE_STATE_LEFT


async def test_my_leads_to_answer_first_come_first(house: LeadsHouse, clock: FixedClock) -> None:
    await open_office(house)
    await house.hire(ANNA)
    first = await create(house, 1)
    clock.travel(hours=2)
    none = await create(house, 2, company_name="无时限", phone="13905710002")
    second, done = await create(house, 3), await create(house, 4)
    await follow_up(house, done)
    mine = house.as_member(ANNA, Scope.OWN)
    order = [lead.name for lead in await listed(house, mine, order_by="response_due_time")]
    assert order[:2] == [first.name, second.name]
    assert set(order[2:]) == {none.name, done.name}
    wanted = "response_state = LEAD_RESPONSE_STATE_WAITING OR response_state = LEAD_RESPONSE_STATE_OVERDUE"
    found = await listed(house, mine, filter=wanted, order_by="response_due_time")
    assert [(lead.name, lead.response.state) for lead in found] == [(first.name, OVERDUE), (second.name, WAITING)]
    assert [lead.response.reasons[0].code for lead in await listed(house, mine, view=LEAD_VIEW_FULL)] != []
    assert [lead.response.reasons for lead in found] == [[], []]
    pages = [await listed(house, mine, filter=f"response_state = LEAD_RESPONSE_STATE_{each}") for each in _STATES]
    assert [[lead.name for lead in page] for page in pages] == [[none.name], [second.name], [first.name], [done.name]]


_STATES = ("NONE", "WAITING", "OVERDUE", "MET")


async def test_another_grade_moves_the_deadline(house: LeadsHouse) -> None:
    await open_office(house)
    await house.hire(ANNA)
    lead = await create(house)
    request = OverrideLeadGradeRequest(name=lead.name, grade=lead_pb2.GRADE_B, reason="先放一放")
    await LeadServiceStub(house.channel).OverrideLeadGrade(request, **house.boss)
    assert due(await read(house, lead)) == AFTER_LUNCH + timedelta(hours=4)


async def test_a_lead_given_by_hand_is_its_new_owners_to_answer(house: LeadsHouse, clock: FixedClock) -> None:
    await open_office(house)
    await house.hire(ANNA)
    lead = await create(house)
    await house.hire(BO)
    clock.instant = AFTER_LUNCH + timedelta(minutes=50)
    await assign(house, lead, BO)
    told = (await read(house, lead)).response
    assert (told.member, told.due_time.ToDatetime(UTC)) == (f"members/{BO}", clock.now() + timedelta(hours=1))
    assert told.reasons[-1].code == "RESPONSE_FORMER_OWNERS"


async def test_notices_are_seen_by_whoever_sees_the_owners_rows(house: LeadsHouse, clock: FixedClock) -> None:
    await open_office(house)
    await house.hire(ANNA)
    await create(house)
    clock.travel(hours=5)
    await run_clocks(house, clock)
    assert len(await notices(house, house.as_member(ANNA, Scope.OWN))) == 2
    assert await notices(house, house.as_member(BO, Scope.OWN)) == []
    assert len(await notices(house, house.as_member(BO, Scope.TEAM, teams=frozenset({HANGZHOU})))) == 2


async def test_more_leads_than_one_transaction_takes_come_to_their_steps(house: LeadsHouse, clock: FixedClock) -> None:
    await open_office(house)
    await house.hire(ANNA)
    await create(house)
    copies = ", ".join(f'"{column.name}"' for column in LEADS.c if column.name != "uuid")
    async with house.engine.begin() as connection:
        await connection.execute(
            text(  # more than a test has time to tell one by one
                f"insert into leads (uuid, {copies}) select md5(number::text)::uuid, {copies} "  # noqa: S608 - our own names
                "from leads, generate_series(1, 450) as number"
            )
        )
    clock.instant = AFTER_LUNCH + timedelta(minutes=30)
    total = 0
    while looked_at := await run_clocks(house, clock):
        total += looked_at
    async with house.engine.connect() as connection:
        told = select(func.count(), func.count(RESPONSE_NOTICES.c.lead.distinct())).select_from(RESPONSE_NOTICES)
        assert tuple((await connection.execute(told)).one()) == (451, 451)
    assert total == 451


async def test_a_lead_given_away_by_a_process_that_knew_no_clocks_is_its_new_owners_to_answer(
    house: LeadsHouse, clock: FixedClock
) -> None:
    await open_office(house)
    await house.hire(ANNA)
    lead = await create(house)
    async with house.engine.begin() as connection:
        await connection.execute(update(LEADS).values(owner=BO))
    clock.instant = AFTER_LUNCH + timedelta(minutes=30)
    await run_clocks(house, clock)
    told = (await read(house, lead)).response
    assert (told.member, told.start_time) == (f"members/{BO}", stamp(clock.now()))
    assert await kinds(house) == []
