"""Pools of leads (线索池): claimed, handed out, given back and moved on, by whom the pool is for, within its caps."""

import asyncio
from uuid import UUID

import pytest
from millrace.leads.v1 import lead_pb2
from millrace.leads.v1 import lead_pool_service_pb2 as contract
from millrace.leads.v1.lead_conversion_service_pb2 import ConvertLeadRequest
from millrace.leads.v1.lead_conversion_service_pb2_grpc import LeadConversionServiceStub
from millrace.leads.v1.lead_follow_up_service_pb2 import ListLeadFollowUpsRequest
from millrace.leads.v1.lead_follow_up_service_pb2_grpc import LeadFollowUpServiceStub
from millrace.leads.v1.lead_privacy_service_pb2 import EraseLeadPersonRequest
from millrace.leads.v1.lead_privacy_service_pb2_grpc import LeadPrivacyServiceStub
from sqlalchemy import func, insert, select, text, update

from services.leads.storage.metadata import ORGANIZATION
from services.leads.storage.pool_tables import LEAD_HOLDERS, LEAD_POOL_MOVES
from services.leads.storage.tables import LEADS, MEMBER_LOADS
from tests.integration.leads.conftest import ANNA, BO, CHEN, CHENGDU, EAST, HANGZHOU, LeadsHouse
from tests.integration.leads.pooling import (
    DEFAULT,
    claim,
    edit_pool,
    hand_out,
    kind_of,
    moves,
    open_pool,
    pools,
    refused,
    release,
    seller,
    transfer,
    waiting,
)
from tests.integration.leads.responding import create, events, follow_up, listed, read
from tests.integration.leads.test_assigning import assign, loads, sweep
from tests.support.clock import FixedClock
from tests.support.waiting import eventually

A = lead_pb2.GRADE_A
WAITING = (
    "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' "
    "and query like '%lead_holders%'"
)


async def pooled(house: LeadsHouse, number: int = 1, *, owner: UUID = ANNA, **more: str) -> lead_pb2.Lead:
    """A lead that its owner gave back."""
    lead = await create(house, number, contact_name="王小明", email=f"wang{number}@yunfan.example", **more)
    if lead.owner != f"members/{owner}":
        await assign(house, lead, owner)
    await release(house, lead, seller(house, owner))
    return lead


async def test_an_owner_gives_a_lead_back_and_it_is_nobodys(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    lead = await create(house)
    shown = await release(house, lead, seller(house, ANNA))
    assert (shown.lead, shown.pool, shown.grade) == (lead.name, DEFAULT, A)
    after = await read(house, lead)
    assert (after.owner, after.team, after.pool) == ("", "", DEFAULT)
    assert [each.code for each in after.owner_reasons] == ["POOLED_BY_HAND", "ASSIGNED_FOR"]
    assert after.owner_reasons[1].text.find("今年没有预算") >= 0
    assert await loads(house) == {}
    (move,) = await moves(house)
    assert (kind_of(move), move.member, move.reason) == ("RELEASED", f"members/{ANNA}", "今年没有预算")
    assert [name for name, _ in await events(house, lead)] == ["LeadCreated", "LeadPooled"]
    assert await listed(house, seller(house, ANNA)) == []


async def test_whoever_the_pool_is_for_sees_what_waits_masked_and_claims_it_with_its_history(
    house: LeadsHouse, clock: FixedClock
) -> None:
    await house.hire(ANNA)
    lead = await create(house, contact_name="王小明", email="wang@yunfan.example")
    clock.travel(days=1)
    await follow_up(house, lead, caller=seller(house, ANNA), note="谈了报价")
    await release(house, lead, seller(house, ANNA))
    await house.hire(BO)
    bo = seller(house, BO)
    (shown,) = await waiting(house, bo)
    assert (shown.phone, shown.email, shown.contact_name) == ("139****0001", "w***@yunfan.example", "王…明")
    assert shown.company_name == "第1号"
    claimed = await claim(house, lead.name, bo, etag=shown.etag)
    assert (claimed.owner, claimed.team, claimed.pool) == (f"members/{BO}", f"teams/{HANGZHOU}", "")
    assert (claimed.phone, claimed.contact_name) == ("13905710001", "王小明")
    assert claimed.owner_reasons[0].code == "ASSIGNED_BY_CLAIM"
    request = ListLeadFollowUpsRequest(filter=f"lead = {lead.name}")
    told = await LeadFollowUpServiceStub(house.channel).ListLeadFollowUps(request, **bo)
    assert [each.note for each in told.lead_follow_ups] == ["谈了报价"]
    assert await waiting(house, bo) == []
    assert await loads(house) == {BO: 1}
    assert [name for name, _ in await events(house, lead)][-2:] == ["LeadAssigned", "LeadTakenFromPool"]


async def test_of_many_who_claim_one_lead_at_once_exactly_one_gets_it(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    lead = await pooled(house)
    members = [UUID(int=number) for number in range(10, 18)]
    for member in members:
        await house.hire(member)
    attempts = [claim(house, lead.name, seller(house, member)) for member in members]
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    won = [each for each in outcomes if isinstance(each, lead_pb2.Lead)]
    assert len(won) == 1
    assert (await read(house, lead)).owner == won[0].owner
    assert [kind_of(each) for each in await moves(house)] == ["RELEASED", "CLAIMED"]
    assert await refused(claim(house, lead.name, seller(house, members[0]))) == "LEAD_NOT_IN_POOL"


async def test_the_holding_cap_holds_for_one_who_claims_many_at_once(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    leads = [await pooled(house, number) for number in range(6)]
    await edit_pool(house, holding_cap=2)
    await house.hire(BO)
    attempts = [claim(house, lead.name, seller(house, BO)) for lead in leads]
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(each, lead_pb2.Lead) for each in outcomes) == 2
    async with house.engine.connect() as connection:
        held = await connection.scalar(select(func.count()).where(LEADS.c.owner == BO))
    assert held == 2
    (left, *_) = await waiting(house, seller(house, BO))
    assert await refused(claim(house, left.lead, seller(house, BO))) == "LEAD_HOLDER_FULL"


async def test_a_claim_waits_for_whoever_gives_its_member_a_lead_and_counts_that_one(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    first, second = await pooled(house, 1), await pooled(house, 2)
    await edit_pool(house, holding_cap=1)
    await house.hire(BO)
    given = update(LEADS).where(LEADS.c.uuid == UUID(first.name.removeprefix("leads/")))
    async with house.engine.connect() as other:
        await other.execute(insert(LEAD_HOLDERS).values(member=BO))
        await other.execute(given.values(owner=BO, pool=None))
        claiming = asyncio.create_task(refused(claim(house, second.name, seller(house, BO))))

        async def waits() -> None:
            async with house.engine.connect() as looking:
                assert await looking.scalar(text(WAITING))

        await eventually(waits)
        await other.commit()
    assert await claiming == "LEAD_HOLDER_FULL"


async def test_the_cap_of_the_day_is_over_at_midnight_of_the_house(house: LeadsHouse, clock: FixedClock) -> None:
    await house.hire(ANNA)
    leads = [await pooled(house, number) for number in range(3)]
    await edit_pool(house, daily_cap=1)
    await house.hire(BO)
    bo = seller(house, BO)
    await claim(house, leads[0].name, bo)
    assert await refused(claim(house, leads[1].name, bo)) == "LEAD_CLAIMS_OF_THE_DAY_USED"
    clock.travel(hours=11, minutes=59)  # 23:59 in Shanghai
    assert await refused(claim(house, leads[1].name, bo)) == "LEAD_CLAIMS_OF_THE_DAY_USED"
    clock.travel(minutes=1)
    await claim(house, leads[1].name, bo)


async def test_a_former_owner_does_not_claim_again_before_he_has_cooled_down(
    house: LeadsHouse, clock: FixedClock
) -> None:
    await house.hire(ANNA)
    lead = await pooled(house)
    anna = seller(house, ANNA)
    clock.travel(days=7, seconds=-1)
    assert await refused(claim(house, lead.name, anna)) == "LEAD_COOLING_DOWN"
    clock.travel(seconds=1)
    await claim(house, lead.name, anna)


async def test_an_administrator_hands_out_within_the_holding_cap_to_whom_the_pool_is_for(
    house: LeadsHouse,
) -> None:
    await house.hire(ANNA)
    await house.hire(BO)
    await house.hire(CHEN)
    leads = [await pooled(house, number) for number in range(3)]
    bo = seller(house, BO)
    assert await refused(hand_out(house, leads[0].name, ANNA, bo)) == "LEAD_POOL_NOT_ADMINISTERED"
    await edit_pool(house, administrators=[f"members/{BO}"], daily_cap=0, holding_cap=1)
    given = await hand_out(house, leads[0].name, ANNA, bo)
    assert (given.owner, given.owner_reasons[0].code) == (f"members/{ANNA}", "ASSIGNED_FROM_POOL")
    assert await refused(hand_out(house, leads[1].name, ANNA, bo)) == "LEAD_HOLDER_FULL"
    assert await refused(claim(house, leads[1].name, seller(house, CHEN))) == "LEAD_CLAIMS_OF_THE_DAY_USED"
    assert await refused(hand_out(house, leads[1].name, UUID(int=77), bo)) == "LEAD_OWNER_UNKNOWN"
    assert [kind_of(each) for each in await moves(house, filter=f'member = "members/{ANNA}"')][-1] == "HANDED_OUT"


async def test_a_pool_shows_itself_and_its_leads_to_those_it_is_for_alone(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    await house.hire(BO, team=CHENGDU, region=None)
    pool = await open_pool(house, roles=[], regions=[], members=[f"members/{ANNA}"])
    lead = await create(house)
    await assign(house, lead, ANNA)
    await release(house, lead, seller(house, ANNA), pool=pool.name)
    bo = seller(house, BO)
    assert [each.lead for each in await waiting(house, seller(house, ANNA), pool.name)] == [lead.name]
    assert await refused(waiting(house, bo, pool.name)) == "LEAD_POOL_NOT_FOUND"
    assert await refused(claim(house, lead.name, bo)) == "LEAD_NOT_FOUND"
    assert await moves(house, bo) == []
    request = contract.GetLeadPoolRequest(name=pool.name)
    assert await refused(pools(house).GetLeadPool(request, **bo)) == "LEAD_POOL_NOT_FOUND"
    seen = await pools(house).ListLeadPools(contract.ListLeadPoolsRequest(), **bo)
    assert [each.name for each in seen.lead_pools] == [DEFAULT]
    # Whoever keeps all pools sees it, and cannot claim what is not for him.
    assert await refused(claim(house, lead.name, house.boss)) in {"LEAD_POOL_NOT_YOURS", "LEAD_OWNER_UNKNOWN"}


@pytest.mark.parametrize("terms", [{"teams": True}, {"regions": True}, {"roles": True}])
async def test_a_team_with_those_beneath_it_a_region_or_a_role_may_claim(
    house: LeadsHouse, terms: dict[str, bool]
) -> None:
    row = {"uuid": CHENGDU, "version": 1, "display_name": "西部", "parent": None, "region": None, "archived": False}
    beneath = {"uuid": HANGZHOU, "version": 1, "display_name": "杭州", "parent": CHENGDU, "region": None}
    region = {"uuid": EAST, "version": 1, "display_name": "华东", "provinces": [], "archived": False}
    role = {"uuid": UUID(int=901), "version": 1, "key": "sales", "archived": False, "grants": {}}
    await house.organize(insert(ORGANIZATION.teams).values(row | {"path": [CHENGDU]}))
    await house.organize(insert(ORGANIZATION.teams).values(beneath | {"path": [CHENGDU, HANGZHOU], "archived": False}))
    await house.organize(insert(ORGANIZATION.regions).values(region))
    await house.organize(insert(ORGANIZATION.roles).values(role | {"display_name_zh": "", "display_name_en": ""}))
    await house.hire(ANNA)
    told = {"teams": [f"teams/{CHENGDU}"], "regions": [f"regions/{EAST}"], "roles": ["sales"]}
    pool = await open_pool(house, **({"roles": []} | {key: told[key] for key in terms}))
    await house.hire(BO)
    lead = await create(house)
    await assign(house, lead, ANNA)
    await release(house, lead, seller(house, ANNA), pool=pool.name)
    assert (await claim(house, lead.name, seller(house, BO))).owner == f"members/{BO}"


async def test_a_lead_goes_back_into_the_pool_that_fits(house: LeadsHouse) -> None:
    team = {"uuid": HANGZHOU, "version": 1, "display_name": "杭州", "parent": None, "region": None, "archived": False}
    await house.organize(insert(ORGANIZATION.teams).values(team | {"path": [HANGZHOU]}))
    await house.hire(ANNA)
    lead = await create(house)
    pool = await open_pool(house, roles=[], teams=[f"teams/{HANGZHOU}"])
    assert (await release(house, lead, seller(house, ANNA))).pool == pool.name


async def test_a_lead_is_moved_into_another_pool_by_the_administrators_of_its_own(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    await house.hire(BO)
    lead, bo = await pooled(house), seller(house, BO)
    other = await open_pool(house, roles=[], members=[f"members/{BO}"])
    assert await refused(transfer(house, lead.name, other.name, bo)) == "LEAD_POOL_NOT_ADMINISTERED"
    assert (await transfer(house, lead.name, other.name, house.boss)).pool == other.name
    assert await refused(transfer(house, lead.name, other.name, house.boss)) == "LEAD_ALREADY_THERE"
    move = (await moves(house))[-1]
    assert (kind_of(move), move.pool, move.former_pool) == ("TRANSFERRED", other.name, DEFAULT)
    assert await refused(claim(house, lead.name, seller(house, ANNA))) == "LEAD_NOT_IN_POOL"


async def test_nothing_goes_into_a_closed_pool_and_the_default_one_stays_open(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    pool = await open_pool(house, roles=[], members=[f"members/{ANNA}"])
    lead = await create(house)
    await edit_pool(house, pool.name, pool.etag, closed=True)
    assert await refused(release(house, lead, seller(house, ANNA), pool=pool.name)) == "LEAD_POOL_CLOSED"
    assert await refused(edit_pool(house, closed=True)) == "LEAD_POOL_STAYS_OPEN"


async def test_a_pool_names_only_whom_there_is_and_is_edited_at_the_version_that_was_seen(house: LeadsHouse) -> None:
    unknown = open_pool(house, roles=[], members=[f"members/{UUID(int=99)}"])
    assert await refused(unknown) == "LEAD_POOL_PARTY_UNKNOWN"
    first = await edit_pool(house, display_name="默认池")
    assert (first.display_name, first.etag, first.daily_cap) == ("默认池", "1", 10)
    assert await refused(edit_pool(house, display_name="旧")) == "STALE_VERSION"


async def test_what_waits_in_a_pool_is_neither_given_by_hand_nor_converted_nor_followed_up(
    house: LeadsHouse, clock: FixedClock
) -> None:
    await house.hire(ANNA)
    lead = await pooled(house)
    assert await refused(assign(house, lead, ANNA)) == "LEAD_IN_POOL"
    assert await refused(follow_up(house, lead)) == "LEAD_IN_POOL"
    convert = LeadConversionServiceStub(house.channel).ConvertLead(ConvertLeadRequest(name=lead.name), **house.boss)
    assert await refused(convert) == "LEAD_IN_POOL"
    await sweep(house, clock)
    assert (await read(house, lead)).pool == DEFAULT


async def test_only_what_somebody_works_is_given_back(house: LeadsHouse) -> None:
    orphan = await create(house)
    assert await refused(release(house, orphan)) == "LEAD_CANNOT_BE_RELEASED"
    await house.hire(ANNA)
    lead = await pooled(house, 2)
    assert await refused(release(house, lead)) == "LEAD_IN_POOL"


async def test_a_customer_who_makes_contact_again_does_not_wait_in_a_pool(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    lead = await pooled(house)
    again = await create(house, 1, contact_name="王小明", email="wang1@yunfan.example")
    assert again.name == lead.name
    assert (again.owner, again.pool) == (f"members/{ANNA}", "")


async def test_a_repeat_of_a_claim_has_one_effect_and_one_answer(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    lead = await pooled(house)
    await house.hire(BO)
    first = await claim(house, lead.name, seller(house, BO), request_id="claim-1")
    assert await claim(house, lead.name, seller(house, BO), request_id="claim-1") == first
    assert [kind_of(each) for each in await moves(house)] == ["RELEASED", "CLAIMED"]


async def test_everybody_whom_a_pool_is_for_sees_who_got_how_many_of_which_grade(
    house: LeadsHouse, clock: FixedClock
) -> None:
    await house.hire(ANNA)
    leads = [await pooled(house, number) for number in range(3)]
    await house.hire(BO)
    for lead in leads[:2]:
        await claim(house, lead.name, seller(house, BO))
    await hand_out(house, leads[2].name, ANNA, house.boss)
    request = contract.CountLeadPoolSharesRequest(name=DEFAULT)
    shares = (await pools(house).CountLeadPoolShares(request, **seller(house, ANNA))).lead_pool_shares
    assert [(each.member, each.claimed, each.handed_out) for each in shares] == [
        (f"members/{BO}", 2, 0),
        (f"members/{ANNA}", 0, 1),
    ]
    clock.travel(days=31)
    assert not (await pools(house).CountLeadPoolShares(request, **seller(house, ANNA))).lead_pool_shares


async def test_an_answered_customer_is_answered_once_whoever_claims_the_lead(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    lead = await create(house)
    await follow_up(house, lead)
    before = (await read(house, lead)).response
    await release(house, lead)
    await house.hire(BO)
    await claim(house, lead.name, seller(house, BO))
    after = (await read(house, lead)).response
    assert (after.state, after.response_time) == (before.state, before.response_time)


async def test_what_was_written_when_a_lead_was_given_back_is_erased_with_its_person(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    lead = await pooled(house)
    request = EraseLeadPersonRequest(name=lead.name, reason="客户要求删除")
    await LeadPrivacyServiceStub(house.channel).EraseLeadPerson(request, **house.boss)
    async with house.engine.connect() as connection:
        assert list(await connection.scalars(select(LEAD_POOL_MOVES.c.reason))) == [""]
    assert [each.code for each in (await read(house, lead)).owner_reasons] == ["POOLED_BY_HAND"]


async def test_a_claim_that_dies_leaves_the_lead_where_it_was(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    lead = await pooled(house)
    await house.hire(BO)
    broken = "alter table lead_pool_moves add constraint dying check (kind <> 'claimed') not valid"
    async with house.engine.begin() as connection:
        await connection.exec_driver_sql(broken)
    await refused(claim(house, lead.name, seller(house, BO)))
    async with house.engine.begin() as connection:
        await connection.exec_driver_sql("alter table lead_pool_moves drop constraint dying")
        open_leads = await connection.scalar(
            select(func.coalesce(func.sum(MEMBER_LOADS.c.open_leads), 0)).where(MEMBER_LOADS.c.member == BO)
        )
    assert open_leads == 0
    assert [each.lead for each in await waiting(house, seller(house, BO))] == [lead.name]
    await claim(house, lead.name, seller(house, BO))
