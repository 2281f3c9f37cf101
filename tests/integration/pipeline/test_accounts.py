"""Accounts and their people through gRPC and PostgreSQL."""

import asyncio
from typing import Any

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.rpc import error_details_pb2, status_pb2
from millrace.pipeline.v1 import account_pb2, contact_pb2
from millrace.pipeline.v1 import account_service_pb2 as contract
from millrace.pipeline.v1 import contact_service_pb2 as people
from millrace.pipeline.v1.account_service_pb2_grpc import AccountServiceStub
from millrace.pipeline.v1.contact_service_pb2_grpc import ContactServiceStub

from chassis.principal import Scope
from tests.integration.pipeline.conftest import CHENGDU, HANGZHOU, LI_NA, WANG_LEI, ZHANG_WEI, PipelineHouse
from tests.integration.pipeline.dealing import Dealings
from tests.support.serving import Caller

YUNFAN = "杭州云帆科技有限公司"


class Accounts:
    """The two services, called on somebody's account."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self.accounts: Any = AccountServiceStub(channel)
        self.people: Any = ContactServiceStub(channel)

    async def create(self, caller: Caller, request_id: str = "", **facts: Any) -> account_pb2.Account:
        account = account_pb2.Account(**{"display_name": YUNFAN, **facts})
        request = contract.CreateAccountRequest(account=account, request_id=request_id)
        made: account_pb2.Account = await self.accounts.CreateAccount(request, **caller)
        return made

    async def read(self, name: str, caller: Caller) -> account_pb2.Account:
        found: account_pb2.Account = await self.accounts.GetAccount(contract.GetAccountRequest(name=name), **caller)
        return found

    async def listed(self, caller: Caller, **wanted: Any) -> list[str]:
        page = await self.accounts.ListAccounts(contract.ListAccountsRequest(**wanted), **caller)
        return [account.display_name for account in page.accounts]

    async def add_person(self, caller: Caller, account: str, **facts: Any) -> contact_pb2.Contact:
        contact = contact_pb2.Contact(account=account, **{"display_name": "张伟", **facts})
        added: contact_pb2.Contact = await self.people.CreateContact(
            people.CreateContactRequest(contact=contact), **caller
        )
        return added

    async def people_of(self, caller: Caller, account: str) -> list[contact_pb2.Contact]:
        request = people.ListContactsRequest(filter=f"account = {account}")
        return list((await self.people.ListContacts(request, **caller)).contacts)


def reason_of(error: grpc.aio.AioRpcError) -> str:
    status = status_pb2.Status.FromString(dict(error.trailing_metadata())["grpc-status-details-bin"])
    info = error_details_pb2.ErrorInfo()
    assert status.details[0].Unpack(info)
    return str(info.reason)


@pytest.fixture
def accounts(house: PipelineHouse) -> Accounts:
    return Accounts(house.channel)


async def test_an_account_belongs_to_whoever_finds_it(accounts: Accounts, house: PipelineHouse) -> None:
    made = await accounts.create(house.zhang_wei, industry="软件", tier="key", tags=["华东"])
    assert (made.owner, made.team) == (f"members/{ZHANG_WEI}", f"teams/{HANGZHOU}")
    assert made.phase == account_pb2.ACCOUNT_PHASE_PROSPECT
    assert (await accounts.read(made.name, house.zhang_wei)).tags == ["华东"]
    assert await house.subjects("account") == ["account.created"]


async def test_an_industry_is_found_by_any_word_for_it(accounts: Accounts, house: PipelineHouse) -> None:
    made = await accounts.create(house.zhang_wei, industry="软件和信息技术服务业")
    assert made.industry == "software"
    for wanted in (
        'industry = "软件"',
        'industry = "IT"',
        'industry : "互联网"',
        'industry : "信息"',
        "industry = software",
    ):
        assert await accounts.listed(house.zhang_wei, filter=wanted) == [YUNFAN], wanted
    assert await accounts.listed(house.zhang_wei, filter='industry = "零售"') == []


async def test_an_account_of_another_team_is_not_there(accounts: Accounts, house: PipelineHouse) -> None:
    made = await accounts.create(house.zhang_wei)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await accounts.read(made.name, house.wang_lei)
    assert reason_of(refusal.value) == "ACCOUNT_NOT_FOUND"
    assert await accounts.listed(house.wang_lei) == []
    assert await accounts.listed(house.li_na) == [YUNFAN]


async def test_who_creates_a_known_customer_is_sent_to_his_account(accounts: Accounts, house: PipelineHouse) -> None:
    made = await accounts.create(house.zhang_wei)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await accounts.create(house.zhang_wei, display_name="杭州云帆科技")
    assert refusal.value.code() == grpc.StatusCode.ALREADY_EXISTS
    assert reason_of(refusal.value) == "ACCOUNT_EXISTS"
    assert made.name in (refusal.value.details() or "")


async def test_of_a_customer_elsewhere_only_the_team_is_told(accounts: Accounts, house: PipelineHouse) -> None:
    made = await accounts.create(house.zhang_wei)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await accounts.create(house.wang_lei)
    assert reason_of(refusal.value) == "ACCOUNT_EXISTS_ELSEWHERE"
    told = refusal.value.details() or ""
    assert "杭州团队" in told
    assert made.name not in told


async def test_ten_at_once_make_one_account(accounts: Accounts, house: PipelineHouse) -> None:
    made = await asyncio.gather(
        *(accounts.create(house.zhang_wei, f"twin-{number}") for number in range(10)), return_exceptions=True
    )
    assert sum(isinstance(each, account_pb2.Account) for each in made) == 1
    assert await accounts.listed(house.boss) == [YUNFAN]


async def test_what_resembles_a_new_account_is_told_beside_it(accounts: Accounts, house: PipelineHouse) -> None:
    sister = await accounts.create(house.zhang_wei, display_name="云帆", phone="0571-88886666")
    made = await accounts.create(house.zhang_wei, phone="0571-88886666")
    assert [each.account for each in made.duplicates] == [sister.name]
    assert made.duplicates[0].reasons
    told = made.duplicates[0].reasons[0]
    assert told.text != told.code


async def test_hints_at_accounts_elsewhere_are_left_out(accounts: Accounts, house: PipelineHouse) -> None:
    await accounts.create(house.wang_lei, display_name="云帆", phone="0571-88886666")
    made = await accounts.create(house.zhang_wei, phone="0571-88886666")
    assert list(made.duplicates) == []
    asked = contract.CheckAccountDuplicatesRequest(account=account_pb2.Account(display_name=YUNFAN))
    found = await accounts.accounts.CheckAccountDuplicates(asked, **house.zhang_wei)
    assert [each.account for each in found.duplicates] == [made.name]


async def test_the_same_request_makes_one_account(accounts: Accounts, house: PipelineHouse) -> None:
    first = await accounts.create(house.zhang_wei, "once")
    assert await accounts.create(house.zhang_wei, "once") == first


async def test_an_update_needs_the_version_that_was_seen(accounts: Accounts, house: PipelineHouse) -> None:
    made = await accounts.create(house.zhang_wei)
    change = account_pb2.Account(name=made.name, tier="key", etag=made.etag)
    request = contract.UpdateAccountRequest(account=change, update_mask=FieldMask(paths=["tier"]))
    changed = await accounts.accounts.UpdateAccount(request, **house.zhang_wei)
    assert (changed.tier, changed.display_name) == ("key", YUNFAN)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await accounts.accounts.UpdateAccount(request, **house.zhang_wei)
    assert refusal.value.code() == grpc.StatusCode.ABORTED


async def test_the_owner_is_not_changed_by_an_update(accounts: Accounts, house: PipelineHouse) -> None:
    made = await accounts.create(house.zhang_wei)
    change = account_pb2.Account(name=made.name, owner=f"members/{LI_NA}", etag=made.etag)
    request = contract.UpdateAccountRequest(account=change, update_mask=FieldMask(paths=["owner"]))
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await accounts.accounts.UpdateAccount(request, **house.zhang_wei)
    assert refusal.value.code() == grpc.StatusCode.INVALID_ARGUMENT


async def test_accounts_stand_in_a_tree_without_circles(accounts: Accounts, house: PipelineHouse) -> None:
    group = await accounts.create(house.zhang_wei, display_name="云帆集团")
    branch = await accounts.create(house.zhang_wei, display_name="宁波海蓝贸易有限公司", parent=group.name)
    change = account_pb2.Account(name=group.name, parent=branch.name, etag=group.etag)
    request = contract.UpdateAccountRequest(account=change, update_mask=FieldMask(paths=["parent"]))
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await accounts.accounts.UpdateAccount(request, **house.zhang_wei)
    assert reason_of(refusal.value) == "PARENT_CIRCLE"
    assert await accounts.listed(house.zhang_wei, filter=f"parent = {group.name}") == ["宁波海蓝贸易有限公司"]


@pytest.mark.parametrize("words", ["云帆", "yfkj", "YFKJ", "帆科"])
async def test_an_account_is_found_by_its_characters_and_initials(
    accounts: Accounts, house: PipelineHouse, words: str
) -> None:
    await accounts.create(house.zhang_wei, tags=["华东"])
    await accounts.create(house.zhang_wei, display_name="宁波海蓝贸易有限公司")
    assert await accounts.listed(house.zhang_wei, filter=f"display_name:{words} AND tags:华东") == [YUNFAN]


async def test_a_phone_is_masked_for_who_may_not_see_it(accounts: Accounts, house: PipelineHouse) -> None:
    made = await accounts.create(house.zhang_wei, phone="13805718000")
    blind = house.as_member(ZHANG_WEI, Scope.OWN, may=("pipeline.read", "pipeline.write"), team=HANGZHOU)
    assert (await accounts.read(made.name, blind)).phone == "138****8000"
    person = await accounts.add_person(house.zhang_wei, made.name, phone="13805718001", wechat="zhangwei")
    seen = await accounts.people_of(blind, made.name)
    assert [(each.name, each.phone, each.wechat) for each in seen] == [(person.name, "138****8001", "")]


async def test_a_contact_is_seen_by_whoever_sees_the_account(accounts: Accounts, house: PipelineHouse) -> None:
    made = await accounts.create(house.zhang_wei)
    await accounts.add_person(house.zhang_wei, made.name, decision_role=contact_pb2.DECISION_ROLE_DECISION_MAKER)
    assert [each.decision_role for each in await accounts.people_of(house.li_na, made.name)] == [1]
    assert await accounts.people_of(house.wang_lei, made.name) == []
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await accounts.add_person(house.wang_lei, made.name)
    assert reason_of(refusal.value) == "ACCOUNT_NOT_FOUND"


async def test_contacts_follow_their_account_to_its_new_owner(accounts: Accounts, house: PipelineHouse) -> None:
    made = await accounts.create(house.zhang_wei)
    await accounts.add_person(house.zhang_wei, made.name)
    request = contract.AssignAccountRequest(name=made.name, owner=f"members/{WANG_LEI}")
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await accounts.accounts.AssignAccount(request, **house.zhang_wei)
    assert refusal.value.code() == grpc.StatusCode.PERMISSION_DENIED
    given = await accounts.accounts.AssignAccount(request, **house.boss)
    assert given.team == f"teams/{CHENGDU}"
    assert await accounts.people_of(house.zhang_wei, made.name) == []
    assert len(await accounts.people_of(house.wang_lei, made.name)) == 1
    assert await house.subjects("contact") == ["contact.created", "contact.assigned"]


async def test_a_contact_added_while_its_account_changes_hands_has_the_new_owner(
    accounts: Accounts, house: PipelineHouse
) -> None:
    made = await accounts.create(house.zhang_wei)
    give = contract.AssignAccountRequest(name=made.name, owner=f"members/{WANG_LEI}")
    adding = [accounts.add_person(house.boss, made.name, display_name=f"张伟{number}") for number in range(10)]
    await asyncio.gather(*adding[:5], accounts.accounts.AssignAccount(give, **house.boss), *adding[5:])
    owners = {each.owner for each in await accounts.people_of(house.boss, made.name)}
    assert owners == {f"members/{WANG_LEI}"}


async def test_an_archived_account_goes_and_comes_back_with_its_people(
    accounts: Accounts, house: PipelineHouse
) -> None:
    made = await accounts.create(house.zhang_wei)
    await accounts.add_person(house.zhang_wei, made.name)
    gone = await accounts.accounts.DeleteAccount(contract.DeleteAccountRequest(name=made.name), **house.zhang_wei)
    assert gone.HasField("delete_time")
    assert await accounts.listed(house.zhang_wei) == []
    assert await accounts.listed(house.zhang_wei, show_deleted=True) == [YUNFAN]
    assert await accounts.people_of(house.zhang_wei, made.name) == []
    back = contract.UndeleteAccountRequest(name=made.name, etag=gone.etag)
    await accounts.accounts.UndeleteAccount(back, **house.zhang_wei)
    assert len(await accounts.people_of(house.zhang_wei, made.name)) == 1


async def test_an_archived_account_stays_away_when_the_customer_is_known_anew(
    accounts: Accounts, house: PipelineHouse
) -> None:
    made = await accounts.create(house.zhang_wei)
    await accounts.accounts.DeleteAccount(contract.DeleteAccountRequest(name=made.name), **house.zhang_wei)
    await accounts.create(house.wang_lei)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await accounts.accounts.UndeleteAccount(contract.UndeleteAccountRequest(name=made.name), **house.zhang_wei)
    assert reason_of(refusal.value) == "ACCOUNT_EXISTS_ELSEWHERE"


async def test_nobody_is_born_tomorrow(accounts: Accounts, house: PipelineHouse) -> None:
    made = await accounts.create(house.zhang_wei)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await accounts.add_person(house.zhang_wei, made.name, birth_date={"year": 2999, "month": 1, "day": 1})
    assert reason_of(refusal.value) == "BIRTH_DATE_INVALID"


async def test_a_change_makes_no_second_account_of_a_known_customer(accounts: Accounts, house: PipelineHouse) -> None:
    await accounts.create(house.zhang_wei, credit_code="91330100MA27XF6R2R")
    other = await accounts.create(house.wang_lei, display_name="临时客户甲")
    changed = account_pb2.Account(name=other.name, etag=other.etag, display_name=YUNFAN)
    request = contract.UpdateAccountRequest(account=changed, update_mask=FieldMask(paths=["display_name"]))
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await accounts.accounts.UpdateAccount(request, **house.wang_lei)
    assert refused.value.code() == grpc.StatusCode.ALREADY_EXISTS
    own = account_pb2.Account(name=other.name, etag=other.etag, display_name="临时客户乙")
    request = contract.UpdateAccountRequest(account=own, update_mask=FieldMask(paths=["display_name"]))
    assert (await accounts.accounts.UpdateAccount(request, **house.wang_lei)).display_name == "临时客户乙"


async def test_a_customer_with_open_business_is_not_archived(accounts: Accounts, house: PipelineHouse) -> None:
    opened = await Dealings(house, house.zhang_wei).open()
    request = contract.DeleteAccountRequest(name=opened.account)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await accounts.accounts.DeleteAccount(request, **house.zhang_wei)
    assert refused.value.details() == "客户还有进行中的商机，不能归档或退回公海"
    await Dealings(house, house.zhang_wei).lose(opened)
    assert (await accounts.accounts.DeleteAccount(request, **house.zhang_wei)).delete_time.seconds
