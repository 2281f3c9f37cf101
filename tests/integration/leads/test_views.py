"""Views of the list of leads are kept (视图): understood first, shared as far as one may, and one opens the list."""

from typing import Any
from uuid import UUID

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from millrace.leads.v1 import lead_view_pb2
from millrace.leads.v1 import lead_view_service_pb2 as contract
from millrace.leads.v1.lead_view_service_pb2_grpc import LeadViewServiceStub
from sqlalchemy import insert, select

from chassis.principal import Scope
from chassis.tables import outbox
from services.leads.storage.metadata import ORGANIZATION
from tests.integration.leads.conftest import ANNA, BO, CHEN, CHENGDU, HANGZHOU, LeadsHouse
from tests.integration.leads.responding import create, listed
from tests.support.serving import Caller

PRIVATE, TEAM, ALL = (
    lead_view_pb2.LEAD_VIEW_SHARING_PRIVATE,
    lead_view_pb2.LEAD_VIEW_SHARING_TEAM,
    lead_view_pb2.LEAD_VIEW_SHARING_ALL,
)
BELOW = UUID(int=103)
SELLER = ("leads.read", "leads.write")


class Keeping:
    """People who keep views."""

    def __init__(self, house: LeadsHouse) -> None:
        self.house = house
        self.stub: Any = LeadViewServiceStub(house.channel)
        self.anna = self.member(ANNA, Scope.OWN)
        self.boss = house.boss

    def member(self, member: UUID, scope: Scope, *, team: UUID | None = None, may: tuple[str, ...] = SELLER) -> Caller:
        return self.house.as_member(member, scope, teams=frozenset({team}) if team else frozenset(), may=may)

    async def keep(self, caller: Caller, name: str = "A 类", request_id: str = "", **told: Any) -> Any:
        view = lead_view_pb2.SavedLeadView(display_name=name, **told)
        request = contract.CreateLeadViewRequest(lead_view=view, request_id=request_id)
        return await self.stub.CreateLeadView(request, **caller)

    async def change(self, caller: Caller, view: Any, **told: Any) -> Any:
        wanted = lead_view_pb2.SavedLeadView(name=view.name, etag=view.etag, **told)
        request = contract.UpdateLeadViewRequest(lead_view=wanted, update_mask=FieldMask(paths=list(told)))
        return await self.stub.UpdateLeadView(request, **caller)

    async def drop(self, caller: Caller, view: Any, **more: Any) -> Any:
        return await self.stub.DeleteLeadView(contract.DeleteLeadViewRequest(name=view.name, **more), **caller)

    async def read(self, caller: Caller, view: Any) -> Any:
        return await self.stub.GetLeadView(contract.GetLeadViewRequest(name=view.name), **caller)

    async def names(self, caller: Caller, **wanted: Any) -> list[tuple[str, bool]]:
        """What the caller finds in his list of views, and which of them it opens with."""
        answer = await self.stub.ListLeadViews(contract.ListLeadViewsRequest(**wanted), **caller)
        return [(view.display_name, view.is_default) for view in answer.lead_views]

    async def open_with(self, caller: Caller, view: Any) -> Any:
        return await self.stub.SetDefaultLeadView(contract.SetDefaultLeadViewRequest(name=view.name), **caller)


@pytest.fixture
def keeping(house: LeadsHouse) -> Keeping:
    return Keeping(house)


async def refusal_of(asking: Any) -> tuple[str, str]:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await asking
    return refusal.value.code().name, refusal.value.details() or ""


async def teams(house: LeadsHouse) -> None:
    """Hangzhou with a team below it, and Chengdu beside both."""
    for team, path in ((HANGZHOU, [HANGZHOU]), (BELOW, [HANGZHOU, BELOW]), (CHENGDU, [CHENGDU])):
        row = {"uuid": team, "version": 1, "display_name": f"{team.int}", "region": None, "archived": False}
        await house.organize(insert(ORGANIZATION.teams).values(row | {"path": path}))


async def test_a_view_brings_back_the_list_it_was_kept_of(house: LeadsHouse, keeping: Keeping) -> None:
    wanted = {"filter": 'industry = "food"', "order_by": "company_name desc"}
    for number, industry in enumerate(("food", "software", "food")):
        await create(house, number, industry=industry)
    kept = await keeping.keep(keeping.boss, **wanted, fields=["company_name", "custom.size"])
    found = await keeping.read(keeping.boss, kept)
    assert found == kept
    assert (found.owner, found.owner_display_name, found.sharing) == (f"members/{CHEN}", "tester", PRIVATE)
    told = await listed(house, filter=found.filter, order_by=found.order_by)
    assert [lead.name for lead in told] == [lead.name for lead in await listed(house, **wanted)]
    assert len(told) == 2


async def test_only_what_the_list_understands_is_kept(keeping: Keeping) -> None:
    for wrong in ({"filter": "colour = 1"}, {"order_by": "need"}, {"fields": ["fax"]}, {"fields": ["phone", "phone"]}):
        assert (await refusal_of(keeping.keep(keeping.anna, **wrong)))[0] == "INVALID_ARGUMENT"
    kept = await keeping.keep(keeping.anna, filter="grade = GRADE_A")
    assert (await refusal_of(keeping.change(keeping.anna, kept, filter="colour = 1")))[0] == "INVALID_ARGUMENT"
    assert (await keeping.read(keeping.anna, kept)).filter == "grade = GRADE_A"


async def test_a_view_is_its_owners_until_he_shares_it(house: LeadsHouse, keeping: Keeping) -> None:
    await teams(house)
    manager = keeping.member(ANNA, Scope.TEAM, team=HANGZHOU)
    below = keeping.member(BO, Scope.OWN, team=BELOW)
    beside = keeping.member(CHEN, Scope.OWN, team=CHENGDU)
    kept = await keeping.keep(manager, "本周要跟进的")
    assert (await refusal_of(keeping.read(below, kept)))[0] == "NOT_FOUND"
    shared = await keeping.change(manager, kept, sharing=TEAM)
    assert shared.team == f"teams/{HANGZHOU}"
    assert (await keeping.names(below), await keeping.names(beside)) == ([("本周要跟进的", False)], [])
    again = await keeping.change(manager, shared, sharing=PRIVATE)
    assert (again.team, await keeping.names(below)) == ("", [])


async def test_sharing_needs_the_right_to_the_leads_of_those_it_is_shared_with(keeping: Keeping) -> None:
    alone = keeping.member(BO, Scope.TEAM)
    assert (await refusal_of(keeping.keep(keeping.anna, sharing=TEAM)))[0] == "PERMISSION_DENIED"
    assert (await refusal_of(keeping.keep(keeping.anna, sharing=ALL)))[0] == "PERMISSION_DENIED"
    assert (await refusal_of(keeping.keep(alone, sharing=TEAM)))[0] == "FAILED_PRECONDITION"
    await keeping.keep(keeping.boss, "大家的", sharing=ALL)
    assert await keeping.names(keeping.anna) == [("大家的", False)]


async def test_a_shared_view_is_used_by_all_and_changed_by_its_owner(keeping: Keeping) -> None:
    kept = await keeping.keep(keeping.boss, "大家的", sharing=ALL)
    for asking in (keeping.change(keeping.anna, kept, display_name="我的"), keeping.drop(keeping.anna, kept)):
        assert await refusal_of(asking) == (
            "PERMISSION_DENIED",
            "The view belongs to tester, who alone may change it",
        )
    await keeping.change(keeping.boss, kept, display_name="改名")
    assert (await refusal_of(keeping.change(keeping.boss, kept, display_name="再改")))[0] == "ABORTED"
    assert (await refusal_of(keeping.drop(keeping.boss, kept, etag=kept.etag)))[0] == "ABORTED"


async def test_each_ones_list_opens_with_a_view_of_his_own_choice(keeping: Keeping) -> None:
    shared = await keeping.keep(keeping.boss, "大家的", sharing=ALL)
    own = await keeping.keep(keeping.anna, "我的")
    assert (await keeping.open_with(keeping.anna, shared)).is_default
    assert (await keeping.open_with(keeping.anna, own)).is_default
    assert await keeping.names(keeping.anna) == [("大家的", False), ("我的", True)]
    assert await keeping.names(keeping.boss) == [("大家的", False)]
    assert (await refusal_of(keeping.open_with(keeping.boss, own)))[0] == "NOT_FOUND"
    await keeping.stub.ClearDefaultLeadView(contract.ClearDefaultLeadViewRequest(), **keeping.anna)
    assert await keeping.names(keeping.anna) == [("大家的", False), ("我的", False)]


async def test_a_dropped_view_is_gone_from_everybodys_list(keeping: Keeping) -> None:
    shared = await keeping.keep(keeping.boss, "大家的", sharing=ALL)
    await keeping.open_with(keeping.anna, shared)
    await keeping.drop(keeping.boss, shared)
    assert (await keeping.names(keeping.anna), await keeping.names(keeping.boss)) == ([], [])
    assert (await refusal_of(keeping.read(keeping.boss, shared)))[0] == "NOT_FOUND"


async def test_a_repeated_request_keeps_one_view_and_each_change_is_told(house: LeadsHouse, keeping: Keeping) -> None:
    first = await keeping.keep(keeping.anna, request_id="once")
    assert await keeping.keep(keeping.anna, request_id="once") == first
    assert (await keeping.change(keeping.anna, first, display_name="A 类")).etag == first.etag
    changed = await keeping.change(keeping.anna, first, display_name="B 类")
    await keeping.drop(keeping.anna, changed)
    told = select(outbox.c.event_type).where(outbox.c.aggregate_type == "lead_view").order_by(outbox.c.version)
    async with house.engine.connect() as connection:
        names = [name.rpartition(".")[2] for name in await connection.scalars(told)]
    assert names == ["LeadViewCreated", "LeadViewUpdated", "LeadViewDeleted"]
