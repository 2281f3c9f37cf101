"""Whoever is given an opportunity can work it: his roles let him, and he sees its customer."""

from typing import Any
from uuid import UUID

import pytest
from millrace.pipeline.v1 import account_pb2, contact_pb2
from millrace.pipeline.v1 import account_service_pb2 as account_contract
from millrace.pipeline.v1 import contact_service_pb2 as contact_contract
from millrace.pipeline.v1.account_service_pb2_grpc import AccountServiceStub
from millrace.pipeline.v1.contact_service_pb2_grpc import ContactServiceStub

from chassis.principal import Scope
from tests.integration.pipeline.conftest import LI_NA, WANG_LEI, ZHANG_WEI, PipelineHouse
from tests.integration.pipeline.dealing import Dealings, refusal_of
from tests.integration.pipeline.test_registrations import Bureau, bureau
from tests.support.serving import Caller

__all__ = ["bureau"]
CLERK = UUID(int=6)


@pytest.fixture
async def deals(house: PipelineHouse) -> Dealings:
    await house.hire(CLERK, role="finance")
    return Dealings(house, house.boss)


class Customers:
    """Accounts and their people, as one caller finds them."""

    def __init__(self, house: PipelineHouse, caller: Caller) -> None:
        self.accounts, self.contacts, self.caller = (
            AccountServiceStub(house.channel),
            ContactServiceStub(house.channel),
            caller,
        )

    async def get(self, account: str) -> Any:
        return await self.accounts.GetAccount(account_contract.GetAccountRequest(name=account), **self.caller)

    async def listed(self) -> list[str]:
        page = await self.accounts.ListAccounts(account_contract.ListAccountsRequest(), **self.caller)
        return [each.name for each in page.accounts]

    async def people(self) -> list[str]:
        page = await self.contacts.ListContacts(contact_contract.ListContactsRequest(), **self.caller)
        return [each.display_name for each in page.contacts]

    async def meet(self, account: str, display_name: str) -> Any:
        told = contact_pb2.Contact(account=account, display_name=display_name)
        return await self.contacts.CreateContact(contact_contract.CreateContactRequest(contact=told), **self.caller)

    async def give(self, account: str, owner: UUID) -> Any:
        request = account_contract.AssignAccountRequest(name=account, owner=f"members/{owner}")
        return await self.accounts.AssignAccount(request, **self.caller)


async def opened_by_zhang_wei(deals: Dealings) -> Any:
    return await deals.by(deals.house.zhang_wei).open()


async def test_nothing_is_given_to_a_member_whose_roles_do_not_let_him_work_it(deals: Dealings, bureau: Bureau) -> None:
    opened = await opened_by_zhang_wei(deals)
    assert await refusal_of(deals.assign(opened, CLERK)) == "OWNER_CANNOT_WORK"
    assert await refusal_of(Customers(deals.house, deals.caller).give(opened.account, CLERK)) == "OWNER_CANNOT_WORK"
    assert await refusal_of(bureau.create(deals.caller, owner=f"members/{CLERK}")) == "OWNER_CANNOT_WORK"
    assert (await deals.get(opened)).owner == f"members/{ZHANG_WEI}"


async def test_a_seller_gives_his_opportunity_to_nobody_and_his_manager_does(deals: Dealings) -> None:
    opened = await opened_by_zhang_wei(deals)
    seller, manager = deals.by(deals.house.zhang_wei), deals.by(deals.house.li_na)
    assert await refusal_of(seller.assign(opened, LI_NA)) == "NOT_ALLOWED"
    assert (await manager.assign(opened, LI_NA)).owner == f"members/{LI_NA}"
    assert (await manager.assign(opened, WANG_LEI)).owner == f"members/{WANG_LEI}", "she may approve what becomes of it"


async def test_within_his_own_reach_one_gives_without_approving(deals: Dealings) -> None:
    opened = await opened_by_zhang_wei(deals)
    may = ("pipeline.read", "pipeline.write")
    lead = deals.house.as_member(LI_NA, Scope.TEAM, may=may, team=UUID(opened.team.rpartition("/")[2]))
    assert (await deals.by(lead).assign(opened, LI_NA)).owner == f"members/{LI_NA}"
    assert await refusal_of(deals.by(lead).assign(opened, WANG_LEI)) == "NOT_ALLOWED"


async def test_the_new_owner_works_with_the_customer_whoever_looks_after_him(deals: Dealings) -> None:
    opened = await opened_by_zhang_wei(deals)
    before = Customers(deals.house, deals.house.zhang_wei)
    await before.meet(opened.account, "王小明")
    heir = Customers(deals.house, deals.house.wang_lei)
    assert await refusal_of(heir.get(opened.account)) == "ACCOUNT_NOT_FOUND"
    await deals.assign(opened, WANG_LEI)
    assert (await heir.get(opened.account)).owner == f"members/{ZHANG_WEI}"
    assert (await heir.listed(), await heir.people()) == ([opened.account], ["王小明"])
    await heir.meet(opened.account, "李大明")
    assert await before.people() == ["李大明", "王小明"], "a new contact is the account's"
    known = account_contract.CreateAccountRequest(account=account_pb2.Account(display_name="杭州云帆科技有限公司"))
    assert await refusal_of(heir.accounts.CreateAccount(known, **heir.caller)) == "ACCOUNT_EXISTS"


async def test_with_what_is_lost_the_customer_is_gone_too(deals: Dealings) -> None:
    opened = await opened_by_zhang_wei(deals)
    await deals.assign(opened, WANG_LEI)
    await deals.by(deals.house.wang_lei).lose(opened)
    heir = Customers(deals.house, deals.house.wang_lei)
    assert await refusal_of(heir.get(opened.account)) == "ACCOUNT_NOT_FOUND"
    assert await refusal_of(heir.meet(opened.account, "李大明")) == "ACCOUNT_NOT_FOUND"
    assert (await heir.listed(), await heir.people()) == ([], [])
