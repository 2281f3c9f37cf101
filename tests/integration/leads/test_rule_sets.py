"""Edited rule sets of leads: what nobody reads is refused, and what was kept of it once is no hindrance."""

from datetime import UTC, datetime
from uuid import UUID

import grpc
import pytest
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from millrace.leads.v1.lead_rule_set_events_pb2 import LeadRuleSetUpdated
from millrace.leads.v1.lead_rule_set_pb2 import LeadRuleSet
from millrace.leads.v1.lead_rule_set_service_pb2 import (
    GetLeadRuleSetRequest,
    ListLeadRuleSetsRequest,
    UpdateLeadRuleSetRequest,
)
from millrace.leads.v1.lead_rule_set_service_pb2_grpc import LeadRuleSetServiceStub
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.migrations import migrate
from chassis.roles import DatabaseRoles
from chassis.tables import outbox
from services.leads.__main__ import DEFINITION
from services.leads.domain.grading import GradeRules
from services.leads.storage.metadata import RULE_SET_VERSIONS, RULE_SETS_TABLE
from tests.integration.leads.conftest import LeadsHouse

FIRST_IDENTITY = UUID("00000000-0000-7000-8000-000000000001")
NAME = "leadRuleSets/grade"
RULE = {"code": "LARGE", "title": "大客户", "grade": "A", "condition": "employee_count >= 500"}


async def test_a_misspelt_key_of_grade_rules_is_refused_and_nothing_comes_into_force(house: LeadsHouse) -> None:
    stub = LeadRuleSetServiceStub(house.channel)
    body = ParseDict({"rules": [RULE], "otherwize": "B"}, Struct())
    request = UpdateLeadRuleSetRequest(lead_rule_set=LeadRuleSet(name=NAME, etag="0", body=body))
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await stub.UpdateLeadRuleSet(request, **house.boss)
    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "otherwize" in (refusal.value.details() or "")
    assert (await stub.GetLeadRuleSet(GetLeadRuleSetRequest(name=NAME), **house.boss)).etag == "0"


async def test_an_edited_set_is_told_by_the_event_of_its_contract_and_every_version_is_kept(house: LeadsHouse) -> None:
    stub = LeadRuleSetServiceStub(house.channel)
    listed = (await stub.ListLeadRuleSets(ListLeadRuleSetsRequest(), **house.boss)).lead_rule_sets
    assert [each.name.partition("/")[2] for each in listed] == [
        *("grade", "assignment", "duplicates", "response", "recycling", "qualification", "look_up"),
    ]
    for etag in ("0", "1"):
        body = ParseDict({"rules": [RULE], "otherwise": "C"}, Struct())
        request = UpdateLeadRuleSetRequest(lead_rule_set=LeadRuleSet(name=NAME, etag=etag, body=body))
        await stub.UpdateLeadRuleSet(request, **house.boss)
    async with house.engine.connect() as connection:
        told = (await connection.execute(select(outbox).order_by(outbox.c.version.desc()).limit(1))).one()
        kept = (await connection.execute(select(RULE_SET_VERSIONS.c.kind, RULE_SET_VERSIONS.c.version))).all()
    event = LeadRuleSetUpdated.FromString(told.payload)
    assert (event.lead_rule_set.name, dict(event.lead_rule_set.body)["otherwise"]) == (NAME, "C")
    # The identity is that of releases before: processes of one of them find the row by it.
    assert (told.aggregate_type, told.aggregate_id, told.version) == ("lead_rule_set", FIRST_IDENTITY, 2)
    assert sorted(tuple(row) for row in kept) == [("grade", 1), ("grade", 2)]


async def test_a_set_that_does_not_exist_is_refused_by_its_name(house: LeadsHouse) -> None:
    stub = LeadRuleSetServiceStub(house.channel)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await stub.GetLeadRuleSet(GetLeadRuleSetRequest(name="leadRuleSets/weather"), **house.boss)
    assert refusal.value.code() is grpc.StatusCode.NOT_FOUND


async def brought_over(database: str, body: dict[str, object]) -> tuple[int, dict[str, object]]:
    """Version and body of grade rules that the release before kept, as this one finds them."""
    roles = DatabaseRoles(owner_url=database, application_url=database)
    await migrate(roles, folder=DEFINITION.migrations, tables=DEFINITION.tables, revision="0016")
    row = {"uuid": UUID(int=1), "version": 2, "kind": "grade", "body": body, "author": "members/1"}
    engine = create_async_engine(database)
    async with engine.begin() as connection:
        await connection.execute(insert(RULE_SETS_TABLE), {**row, "update_time": datetime(2026, 1, 1, tzinfo=UTC)})
    await migrate(roles, folder=DEFINITION.migrations, tables=DEFINITION.tables)
    async with engine.connect() as connection:
        kept = (await connection.execute(select(RULE_SETS_TABLE.c.version, RULE_SETS_TABLE.c.body))).one()
    await engine.dispose()
    return kept.version, kept.body


async def test_grade_rules_of_the_release_before_are_read_without_their_strays(empty_database: str) -> None:
    second = {**RULE, "code": "ANY", "condition": "true"}
    body = {"rules": [{**RULE, "grad": "B"}, second], "otherwise": "C", "otherwize": "B", "foo": 1}
    version, kept = await brought_over(empty_database, body)
    assert (version, kept) == (2, {"rules": [RULE, second], "otherwise": "C"})
    assert [rule.code for rule in GradeRules.from_mapping(kept).rules] == ["LARGE", "ANY"]


async def test_grade_rules_without_a_last_grade_keep_the_one_they_had(empty_database: str) -> None:
    _, kept = await brought_over(empty_database, {"rules": []})
    assert kept == {"rules": [], "otherwise": "D"}
