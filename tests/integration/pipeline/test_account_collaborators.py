"""An account shared with a collaborator is his to see with its people, and where so agreed to change (协作人)."""

from datetime import date, timedelta
from typing import Any

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from millrace.pipeline.v1 import account_collaborator_pb2, account_pb2, contact_service_pb2, occasion_service_pb2
from millrace.pipeline.v1 import account_service_pb2 as contract
from millrace.pipeline.v1.account_collaborator_service_pb2 import (
    AddAccountCollaboratorRequest,
    ListAccountCollaboratorsRequest,
    RemoveAccountCollaboratorRequest,
)
from millrace.pipeline.v1.account_collaborator_service_pb2_grpc import AccountCollaboratorServiceStub
from millrace.pipeline.v1.occasion_service_pb2_grpc import OccasionServiceStub
from sqlalchemy import select

from chassis.principal import Scope
from chassis.tables import outbox
from chassis.wire import date_message
from tests.integration.pipeline.conftest import LI_NA, WANG_LEI, PipelineHouse
from tests.integration.pipeline.test_accounts import YUNFAN, Accounts, reason_of
from tests.support.serving import Caller

READ = account_collaborator_pb2.ACCOUNT_COLLABORATOR_ROLE_READ
WRITE = account_collaborator_pb2.ACCOUNT_COLLABORATOR_ROLE_WRITE
TODAY = date(2026, 3, 2)  # the clock stands at Monday noon in Shanghai


class Office:
    """Zhang Wei looks after an account with one person; Wang Lei of Chengdu helps him."""

    def __init__(self, house: PipelineHouse, account: account_pb2.Account) -> None:
        self.house = house
        self.account = account
        self.accounts = Accounts(house.channel)
        self.collaborators: Any = AccountCollaboratorServiceStub(house.channel)

    async def share(
        self, *, role: Any = READ, until: date = TODAY, caller: Caller | None = None, member: Any = WANG_LEI
    ) -> account_collaborator_pb2.AccountCollaborator:
        terms = account_collaborator_pb2.AccountCollaborator(
            member=f"members/{member}", role=role, end_date=date_message(until), reason="售前方案支持"
        )
        request = AddAccountCollaboratorRequest(parent=self.account.name, account_collaborator=terms)
        shared: account_collaborator_pb2.AccountCollaborator = await self.collaborators.AddAccountCollaborator(
            request, **(caller or self.house.zhang_wei)
        )
        return shared

    async def remove(self, name: str, caller: Caller) -> account_collaborator_pb2.AccountCollaborator:
        removed: account_collaborator_pb2.AccountCollaborator = await self.collaborators.RemoveAccountCollaborator(
            RemoveAccountCollaboratorRequest(name=name), **caller
        )
        return removed

    async def get(self) -> account_pb2.Account:
        return await self.accounts.read(self.account.name, self.house.wang_lei)

    async def change(self) -> account_pb2.Account:
        seen = await self.get()
        edited = account_pb2.Account(name=seen.name, etag=seen.etag, note="已做过方案演示")
        request = contract.UpdateAccountRequest(account=edited, update_mask=FieldMask(paths=["note"]))
        changed: account_pb2.Account = await self.accounts.accounts.UpdateAccount(request, **self.house.wang_lei)
        return changed


@pytest.fixture
async def office(house: PipelineHouse) -> Office:
    accounts = Accounts(house.channel)
    account = await accounts.create(house.zhang_wei, phone="0571-88886666")
    await accounts.add_person(house.zhang_wei, account.name, phone="13857112233", birth_date=date_message(TODAY))
    return Office(house, account)


async def refused(call: Any) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return reason_of(caught.value)


async def test_a_collaborator_sees_the_account_until_the_end_of_the_day_in_the_houses_zone(office: Office) -> None:
    assert await refused(office.get()) == "ACCOUNT_NOT_FOUND"
    await office.share(until=TODAY)
    assert (await office.get()).phone == "0571-88886666"
    assert await office.accounts.listed(office.house.wang_lei) == [YUNFAN]
    office.house.clock.travel(hours=11, minutes=59)
    assert await office.accounts.listed(office.house.wang_lei) == [YUNFAN]
    office.house.clock.travel(minutes=1)
    assert await refused(office.get()) == "ACCOUNT_NOT_FOUND"
    assert await office.accounts.listed(office.house.wang_lei) == []


async def test_a_collaborator_sees_the_people_of_the_account_and_their_days(office: Office) -> None:
    coming = occasion_service_pb2.ListComingOccasionsRequest(days=7)
    stub: Any = OccasionServiceStub(office.house.channel)
    assert await office.accounts.people_of(office.house.wang_lei, office.account.name) == []
    await office.share()
    (person,) = await office.accounts.people_of(office.house.wang_lei, office.account.name)
    found = await office.accounts.people.GetContact(
        contact_service_pb2.GetContactRequest(name=person.name), **office.house.wang_lei
    )
    assert found.phone == "13857112233"
    days = (await stub.ListComingOccasions(coming, **office.house.wang_lei)).coming_occasions
    assert [each.contact for each in days] == [person.name]


async def test_a_reading_collaborator_reads_and_a_writing_one_writes(office: Office) -> None:
    await office.share(role=READ)
    assert await refused(office.change()) == "ACCOUNT_NOT_FOUND"
    await office.share(role=WRITE)
    assert (await office.change()).note == "已做过方案演示"


async def test_a_collaborator_does_not_share_on(office: Office) -> None:
    await office.share(role=WRITE)
    assert await refused(office.share(caller=office.house.wang_lei, member=LI_NA)) == "NOT_ALLOWED"


async def test_a_collaborator_is_removed_or_leaves_by_himself(office: Office) -> None:
    shared = await office.share(until=TODAY + timedelta(days=30))
    assert (await office.remove(shared.name, office.house.zhang_wei)).ended
    assert await refused(office.get()) == "ACCOUNT_NOT_FOUND"
    again = await office.share()
    assert again.name == shared.name
    await office.remove(shared.name, office.house.wang_lei)
    assert await refused(office.get()) == "ACCOUNT_NOT_FOUND"


async def test_the_collaborators_of_an_account_are_listed_with_those_whose_time_is_over(office: Office) -> None:
    await office.share(until=TODAY)
    office.house.clock.travel(days=1)
    wanted = ListAccountCollaboratorsRequest(parent=office.account.name)
    page = await office.collaborators.ListAccountCollaborators(wanted, **office.house.zhang_wei)
    assert [(each.member, each.ended, each.reason) for each in page.account_collaborators] == [
        (f"members/{WANG_LEI}", True, "售前方案支持")
    ]
    assert (
        await refused(office.collaborators.ListAccountCollaborators(wanted, **office.house.wang_lei))
        == "ACCOUNT_NOT_FOUND"
    )


async def test_an_archived_account_is_not_shared(office: Office) -> None:
    await office.accounts.accounts.DeleteAccount(
        contract.DeleteAccountRequest(name=office.account.name), **office.house.zhang_wei
    )
    assert await refused(office.share()) == "ACCOUNT_ARCHIVED"


async def test_a_shared_account_is_named_where_the_same_customer_is_taken_in(office: Office) -> None:
    assert await refused(office.accounts.create(office.house.wang_lei)) == "ACCOUNT_EXISTS_ELSEWHERE"
    await office.share()
    assert await refused(office.accounts.create(office.house.wang_lei)) == "ACCOUNT_EXISTS"


async def test_sharing_gives_no_permission_the_role_does_not_give(office: Office) -> None:
    await office.share(role=WRITE)
    reader = office.house.as_member(WANG_LEI, Scope.OWN, may=("pipeline.read",))
    assert (await office.accounts.read(office.account.name, reader)).phone != "0571-88886666"


async def test_every_change_of_a_collaborator_is_an_event_without_the_reason(office: Office) -> None:
    shared = await office.share()
    await office.remove(shared.name, office.house.zhang_wei)
    assert await office.house.subjects("account_collaborator") == [
        "account_collaborator.added",
        "account_collaborator.removed",
    ]
    async with office.house.engine.connect() as connection:
        told = select(outbox.c.payload).where(outbox.c.aggregate_type == "account_collaborator")
        assert not any("售前".encode() in payload for payload in await connection.scalars(told))
