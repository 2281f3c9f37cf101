"""Tags of groups are set by those who may, follow by rule a moment later, are told, and found by."""

from typing import Any

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.json_format import MessageToDict
from millrace.pipeline.v1 import account_events_pb2, account_pb2
from millrace.pipeline.v1 import account_service_pb2 as contract
from millrace.pipeline.v1.rule_set_service_pb2_grpc import RuleSetServiceStub
from millrace.rules.v1.rule_set_requests_pb2 import GetRuleSetRequest, UpdateRuleSetRequest

from tests.integration.pipeline.conftest import PipelineHouse
from tests.integration.pipeline.dealing import reason_of
from tests.integration.pipeline.profiling import profile, told_of
from tests.integration.pipeline.test_accounts import YUNFAN, Accounts
from tests.integration.pipeline.test_buying_habits import FEBRUARY, JANUARY, Shop
from tests.support.serving import Caller

CARRIER = "成都锦程物流有限公司"


class Marks:
    """Accounts and the tags somebody gives them."""

    def __init__(self, house: PipelineHouse) -> None:
        self.house = house
        self.accounts = Accounts(house.channel)

    async def set(
        self, account: account_pb2.Account, group: str, *tags: str, caller: Caller | None = None, etag: str = ""
    ) -> account_pb2.Account:
        request = contract.SetAccountTagsRequest(name=account.name, group=group, tags=tags, etag=etag)
        tagged: account_pb2.Account = await self.accounts.accounts.SetAccountTags(
            request, **(caller or self.house.zhang_wei)
        )
        return tagged

    async def refused(self, *args: Any, **more: Any) -> str:
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await self.set(*args, **more)
        return reason_of(refusal.value)[0]

    async def tags(self, account: account_pb2.Account) -> list[str]:
        return list((await self.accounts.read(account.name, self.house.boss)).group_tags)


@pytest.fixture
def marks(house: PipelineHouse) -> Marks:
    return Marks(house)


async def test_a_tag_set_by_hand_is_borne_at_once_and_told(marks: Marks, house: PipelineHouse) -> None:
    account = await marks.accounts.create(house.zhang_wei)
    tagged = await marks.set(account, "cooperation", "framework", etag=account.etag)
    assert list(tagged.group_tags) == ["cooperation/framework"]
    (told,) = await told_of(house, account.name, account_events_pb2.AccountUpdated)
    assert list(told.account.tags) == ["cooperation/framework"]
    assert await marks.refused(account, "cooperation", etag=account.etag) == "STALE_VERSION"
    assert not (await marks.set(account, "cooperation")).group_tags


async def test_a_group_of_some_roles_is_set_by_them_only(marks: Marks, house: PipelineHouse) -> None:
    account = await marks.accounts.create(house.zhang_wei)
    assert await marks.refused(account, "attention", "reference") == "TAG_GROUP_NOT_YOURS"
    assert list((await marks.set(account, "attention", "reference", caller=house.li_na)).group_tags) == [
        "attention/reference"
    ]


async def test_whoever_may_not_change_the_account_sets_no_tag(marks: Marks, house: PipelineHouse) -> None:
    account = await marks.accounts.create(house.zhang_wei)
    assert await marks.refused(account, "cooperation", "agent", caller=house.wang_lei) == "ACCOUNT_NOT_FOUND"


async def test_a_tag_by_rule_follows_what_is_known_and_is_told(marks: Marks, house: PipelineHouse) -> None:
    account = await marks.accounts.create(house.zhang_wei, employee_count=1200)
    assert await marks.refused(account, "size", "large") == "TAG_GROUP_BY_RULE"
    await profile(house)
    assert await marks.tags(account) == ["size/large"]
    (told,) = await told_of(house, account.name)
    assert (list(told.account.tags), list(told.changed_fields)) == (["size/large"], ["tags"])
    seen = await marks.accounts.read(account.name, house.zhang_wei)
    smaller = account_pb2.Account(name=seen.name, etag=seen.etag, employee_count=20)
    request = contract.UpdateAccountRequest(account=smaller, update_mask=FieldMask(paths=["employee_count"]))
    await marks.accounts.accounts.UpdateAccount(request, **house.zhang_wei)
    house.clock.travel(seconds=10)
    await profile(house)
    assert await marks.tags(account) == ["size/small"]


async def test_accounts_are_found_by_their_tags(marks: Marks, house: PipelineHouse) -> None:
    account = await marks.accounts.create(house.boss)
    await marks.accounts.create(house.boss, display_name=CARRIER, employee_count=150)
    await marks.set(account, "cooperation", "agent", caller=house.boss)
    await profile(house)
    assert await marks.accounts.listed(house.boss, filter='group_tags:"cooperation/agent"') == [YUNFAN]
    assert await marks.accounts.listed(house.boss, filter='group_tags:"size/medium"') == [CARRIER]


async def test_new_rules_reach_every_account_within_a_day(marks: Marks, house: PipelineHouse) -> None:
    account = await marks.accounts.create(house.boss, employee_count=60)
    await profile(house)
    assert await marks.tags(account) == ["size/small"]
    stub: Any = RuleSetServiceStub(house.channel)
    rules = await stub.GetRuleSet(GetRuleSetRequest(name="pipelineRuleSets/account_tags"), **house.boss)
    body = MessageToDict(rules.body)
    (size,) = [each for each in body["groups"] if each["key"] == "size"]
    size["tags"][1]["condition"] = "employee_count >= 50"
    rules.body.update(body)
    await stub.UpdateRuleSet(UpdateRuleSetRequest(rule_set=rules), **house.boss)
    house.clock.travel(hours=23)
    await profile(house)
    assert await marks.tags(account) == ["size/small"]
    house.clock.travel(hours=1)
    await profile(house)
    assert await marks.tags(account) == ["size/medium"]


async def test_a_customer_who_orders_again_is_marked_as_such(marks: Marks, house: PipelineHouse) -> None:
    account = await marks.accounts.create(house.zhang_wei)
    shop = Shop(house, account.name)
    await shop.sells(1, JANUARY)
    await shop.sells(2, FEBRUARY)
    await profile(house)
    assert await marks.tags(account) == ["buying/repeat"]
