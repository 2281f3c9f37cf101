"""Administrators edit the rules of pipeline; what is wrong is refused by its place, and every version stays."""

import grpc
import pytest
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from millrace.pipeline.v1.rule_set_service_pb2_grpc import RuleSetServiceStub
from millrace.rules.v1.rule_set_pb2 import RuleSet
from millrace.rules.v1.rule_set_requests_pb2 import GetRuleSetRequest, ListRuleSetsRequest, UpdateRuleSetRequest
from sqlalchemy import select

from services.pipeline.storage.metadata import RULE_SET_VERSIONS
from tests.integration.pipeline.conftest import DIRECTOR, PipelineHouse

NAME = "pipelineRuleSets/registration"


def protection_days(rules: RuleSet) -> int:
    return int(MessageToDict(rules.body)["protection"]["days"])


async def test_the_product_ships_with_version_0(house: PipelineHouse) -> None:
    stub = RuleSetServiceStub(house.channel)
    shipped = await stub.GetRuleSet(GetRuleSetRequest(name=NAME), **house.zhang_wei)
    assert (shipped.etag, protection_days(shipped)) == ("0", 90)
    listed = await stub.ListRuleSets(ListRuleSetsRequest(), **house.zhang_wei)
    assert shipped in listed.rule_sets


async def test_an_edited_set_is_in_force_and_the_old_version_is_kept(house: PipelineHouse) -> None:
    stub = RuleSetServiceStub(house.channel)
    rules = await stub.GetRuleSet(GetRuleSetRequest(name=NAME), **house.boss)
    section = MessageToDict(rules.body)
    rules.body.update(section | {"protection": {"days": 30}})
    request = UpdateRuleSetRequest(rule_set=rules)
    assert (await stub.UpdateRuleSet(request, **house.boss)).etag == "1"
    now = await stub.GetRuleSet(GetRuleSetRequest(name=NAME), **house.zhang_wei)
    assert (now.etag, protection_days(now), now.author) == ("1", 30, f"members/{DIRECTOR}")
    with pytest.raises(grpc.aio.AioRpcError) as stale:
        await stub.UpdateRuleSet(request, **house.boss)
    assert stale.value.code() is grpc.StatusCode.ABORTED
    async with house.engine.connect() as connection:
        kept = (await connection.execute(select(RULE_SET_VERSIONS.c.kind, RULE_SET_VERSIONS.c.version))).all()
    assert [tuple(row) for row in kept] == [("registration", 1)]
    assert await house.subjects("rule_set") == ["rule_set.updated"]


async def test_a_wrong_body_is_refused_by_the_place_of_its_mistake(house: PipelineHouse) -> None:
    stub = RuleSetServiceStub(house.channel)
    body = Struct()
    body.update({"protection": {"days": 90}, "renewal": {"most": 2, "days": 0, "opens_days": 30}, "criteria": {}})
    wrong = UpdateRuleSetRequest(rule_set=RuleSet(name=NAME, body=body, etag="0"))
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await stub.UpdateRuleSet(wrong, **house.boss)
    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "renewal.days" in (refusal.value.details() or "")


async def test_only_administrators_edit_rules(house: PipelineHouse) -> None:
    stub = RuleSetServiceStub(house.channel)
    rules = await stub.GetRuleSet(GetRuleSetRequest(name=NAME), **house.li_na)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await stub.UpdateRuleSet(UpdateRuleSetRequest(rule_set=rules), **house.li_na)
    assert refusal.value.code() is grpc.StatusCode.PERMISSION_DENIED
