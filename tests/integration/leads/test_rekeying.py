"""Known leads are found by what the duplicate rules in force compare."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from millrace.leads.v1 import lead_pb2
from millrace.leads.v1.lead_rule_set_pb2 import LeadRuleSet
from millrace.leads.v1.lead_rule_set_service_pb2 import UpdateLeadRuleSetRequest
from millrace.leads.v1.lead_rule_set_service_pb2_grpc import LeadRuleSetServiceStub
from millrace.leads.v1.lead_service_pb2 import CheckLeadDuplicatesRequest, CreateLeadRequest, UpdateLeadRequest
from millrace.leads.v1.lead_service_pb2_grpc import LeadServiceStub
from sqlalchemy import func, select, update

from chassis.jobs import carry_out
from chassis.principal import Scope, service_principal
from chassis.tables import outbox
from chassis.work import UnitOfWork
from services.leads.__main__ import desk
from services.leads.application.intake import Briefing
from services.leads.application.rekeying import BY_NEW_RULES, rekey
from services.leads.application.rounds import RoundPlan, carry_on
from services.leads.domain.lead import Lead
from services.leads.storage.metadata import ROUNDS
from services.leads.storage.rounds import Stretch, next_leads
from services.leads.storage.tables import LEAD_IDENTITIES, LEADS
from tests.integration.leads.conftest import LeadsHouse
from tests.integration.leads.rounds import drain, sweep
from tests.support.clock import FixedClock

MEMBERSHIP = {"custom_fields": [{"name": "membership", "agreement": 20.0}]}
COMPANIES = ("北京甲乙", "上海丙丁", "广州戊己", "成都庚辛", "重庆壬癸")
ACCOUNT = service_principal("leads", {"leads.write": Scope.ALL})


async def create(house: LeadsHouse, number: int) -> lead_pb2.Lead:
    """Leads that have nothing in common but that each has a membership."""
    company = f"{COMPANIES[number]}机械有限公司"
    lead = lead_pb2.Lead(company_name=company, phone=f"1390571000{number}", custom={"membership": f"M-{number}"})
    return await LeadServiceStub(house.channel).CreateLead(CreateLeadRequest(lead=lead), **house.boss)


async def put_in_force(house: LeadsHouse, body: dict[str, Any]) -> None:
    message = LeadRuleSet(name="leadRuleSets/duplicates", etag="0", body=ParseDict(body, Struct()))
    request = UpdateLeadRuleSetRequest(lead_rule_set=message)
    await LeadRuleSetServiceStub(house.channel).UpdateLeadRuleSet(request, **house.boss)


async def found_by_membership(house: LeadsHouse, number: int) -> list[str]:
    told = lead_pb2.Lead(contact_name="Somebody", custom={"membership": f"M-{number}"})
    request = CheckLeadDuplicatesRequest(lead=told)
    answer = await LeadServiceStub(house.channel).CheckLeadDuplicates(request, **house.boss)
    return [candidate.lead for candidate in answer.candidates]


async def keys_of(house: LeadsHouse, lead: lead_pb2.Lead) -> tuple[list[str], str]:
    identities = LEAD_IDENTITIES.c
    statement = select(identities.match_keys, identities.prints).where(identities.lead == UUID(lead.name[6:]))
    async with house.engine.connect() as connection:
        keys, prints = (await connection.execute(statement)).one()
    return keys, prints


async def test_a_lead_keyed_by_an_older_release_is_found_by_the_keys_of_this_one(
    house: LeadsHouse, clock: FixedClock
) -> None:
    lead = await create(house, 0)
    await drain(house, clock)
    keys = await keys_of(house, lead)
    async with house.engine.begin() as connection:
        await connection.execute(update(LEAD_IDENTITIES).values(match_keys=["c0123456789abcdef"], prints=""))
        await connection.execute(update(ROUNDS).where(ROUNDS.c.name == BY_NEW_RULES.name).values(goal="version 0"))
    await sweep(house, clock)
    await drain(house, clock)
    assert await keys_of(house, lead) == keys


async def test_a_known_lead_is_found_by_a_field_that_the_rules_name_later(house: LeadsHouse, clock: FixedClock) -> None:
    lead = await create(house, 0)
    await drain(house, clock)
    await put_in_force(house, MEMBERSHIP)
    assert await found_by_membership(house, 0) == []
    await drain(house, clock)
    assert await found_by_membership(house, 0) == [lead.name]


async def test_a_new_key_is_no_event_and_no_new_version(house: LeadsHouse, clock: FixedClock) -> None:
    lead = await create(house, 0)
    await drain(house, clock)
    await put_in_force(house, MEMBERSHIP)
    async with house.engine.connect() as connection:
        before = await connection.scalar(select(func.count()).select_from(outbox))
    await drain(house, clock)
    async with house.engine.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(outbox)) == before
        assert await connection.scalar(select(LEADS.c.version)) == int(lead.etag)


async def test_rules_that_compare_the_same_fields_leave_the_stock_as_it_is(
    house: LeadsHouse, clock: FixedClock
) -> None:
    lead = await create(house, 0)
    await drain(house, clock)
    before = await keys_of(house, lead)
    await put_in_force(house, {"weights": {"company_same": 12.0}})
    assert await drain(house, clock) == 1
    assert await keys_of(house, lead) == before


async def test_a_lead_changed_since_it_was_read_keeps_what_was_written(house: LeadsHouse, clock: FixedClock) -> None:
    lead = await create(house, 0)
    await put_in_force(house, MEMBERSHIP)
    before = await keys_of(house, lead)

    async def rekey_too_late(work: UnitOfWork) -> int:
        found = await next_leads(work, stretch=Stretch.ALL, after=None, most=10)
        stale = [replace(each, version=each.version - 1) for each in found]
        return await rekey(work, await desk(house.parts).brief(work), stale)

    changed = await carry_out(house.parts.background_store, ACCOUNT, action="test", use_case=rekey_too_late)
    assert (changed, await keys_of(house, lead)) == (1, before)


async def test_old_keys_that_a_slow_writer_puts_back_are_noticed_by_the_next_walk(
    house: LeadsHouse, clock: FixedClock
) -> None:
    lead = await create(house, 0)
    await drain(house, clock)
    old_keys, old_prints = await keys_of(house, lead)
    await put_in_force(house, MEMBERSHIP)
    await sweep(house, clock)
    clock.travel(minutes=1)
    await sweep(house, clock)
    assert await found_by_membership(house, 0) == [lead.name]
    async with house.engine.begin() as connection:
        await connection.execute(update(LEAD_IDENTITIES).values(match_keys=old_keys, prints=old_prints))
    await drain(house, clock)
    assert await found_by_membership(house, 0) == [lead.name]


async def test_a_kill_in_the_middle_loses_no_key(house: LeadsHouse, clock: FixedClock) -> None:
    leads = [await create(house, number) for number in range(5)]
    await put_in_force(house, MEMBERSHIP)
    calls = 0

    async def dies_the_second_time(work: UnitOfWork, briefing: Briefing, found: Sequence[Lead]) -> int:
        nonlocal calls
        calls += 1
        changed = await rekey(work, briefing, found)
        if calls == 2:
            raise RuntimeError("killed")
        return changed

    async def step(plan: RoundPlan) -> int:
        return await carry_out(
            house.parts.background_store,
            ACCOUNT,
            action=plan.name,
            use_case=lambda work: carry_on(work, plan=plan, desk=desk(house.parts)),
        )

    small = replace(BY_NEW_RULES, batch=2, bring=dies_the_second_time)
    await step(small)
    clock.travel(minutes=1)
    assert await step(small) == 2
    with pytest.raises(RuntimeError, match="killed"):
        await step(small)
    async with house.engine.connect() as connection:
        after = await connection.scalar(select(ROUNDS.c.after).where(ROUNDS.c.name == small.name))
    assert f"leads/{after}" == leads[1].name
    await drain(house, clock)
    assert [await found_by_membership(house, number) for number in range(5)] == [[lead.name] for lead in leads]


async def test_a_lead_updated_under_the_new_rules_needs_no_round(house: LeadsHouse) -> None:
    lead = await create(house, 0)
    await put_in_force(house, MEMBERSHIP)
    request = UpdateLeadRequest(
        lead=lead_pb2.Lead(name=lead.name, etag=lead.etag, need="x"), update_mask=FieldMask(paths=["need"])
    )
    await LeadServiceStub(house.channel).UpdateLead(request, **house.boss)
    assert await found_by_membership(house, 0) == [lead.name]
