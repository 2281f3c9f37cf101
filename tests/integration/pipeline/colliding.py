"""What the tests of collisions do with the service."""

from typing import Any
from uuid import UUID

from millrace.pipeline.v1 import account_pb2, account_service_pb2
from millrace.pipeline.v1 import collision_case_events_pb2 as states
from millrace.pipeline.v1 import collision_case_pb2 as messages
from millrace.pipeline.v1 import collision_case_service_pb2 as contract
from millrace.pipeline.v1.account_service_pb2_grpc import AccountServiceStub
from millrace.pipeline.v1.collision_case_service_pb2_grpc import CollisionCaseServiceStub
from sqlalchemy import select

from chassis.jobs import Sweeps
from chassis.principal import Scope
from chassis.tables import audit
from services.pipeline.__main__ import sweeps
from tests.integration.pipeline.conftest import WANG_LEI, PipelineHouse
from tests.integration.pipeline.dealing import Dealings
from tests.support.serving import Caller

CLAIMANT, HOLDER = states.COLLISION_SIDE_CLAIMANT, states.COLLISION_SIDE_HOLDER
PRESIDENT = UUID(int=5)
YUNFAN = "杭州云帆科技有限公司"


class Court:
    """Cases as sides and managers handle them."""

    def __init__(self, house: PipelineHouse) -> None:
        self.house = house
        self.stub = CollisionCaseServiceStub(house.channel)
        self.accounts = AccountServiceStub(house.channel)

    @property
    def president(self) -> Caller:
        """Somebody else who may do everything everywhere."""
        return self.house.as_member(PRESIDENT, Scope.ALL, role="president")

    async def open(self, caller: Caller | None = None, **told: Any) -> messages.CollisionCase:
        request = contract.OpenCollisionCaseRequest(**told)
        return await self.stub.OpenCollisionCase(request, **(caller or self.house.wang_lei))

    async def get(self, case: Any, caller: Caller | None = None) -> messages.CollisionCase:
        request = contract.GetCollisionCaseRequest(name=getattr(case, "name", case))
        return await self.stub.GetCollisionCase(request, **(caller or self.house.boss))

    async def cases(self, caller: Caller | None = None, **told: Any) -> list[messages.CollisionCase]:
        request = contract.ListCollisionCasesRequest(**told)
        page = await self.stub.ListCollisionCases(request, **(caller or self.house.boss))
        return list(page.collision_cases)

    async def decide(self, case: Any, winner: Any, caller: Caller | None = None, **told: Any) -> messages.CollisionCase:
        request = contract.DecideCollisionCaseRequest(name=case.name, winner=winner, comment="客户书面确认", **told)
        return await self.stub.DecideCollisionCase(request, **(caller or self.house.boss))

    async def appeal(self, case: Any, caller: Caller | None = None, **told: Any) -> messages.CollisionCase:
        request = contract.AppealCollisionCaseRequest(name=case.name, statement="一直由我对接", **told)
        return await self.stub.AppealCollisionCase(request, **(caller or self.house.wang_lei))

    async def replay(self, case: Any, caller: Caller | None = None) -> contract.ReplayCollisionCaseResponse:
        request = contract.ReplayCollisionCaseRequest(name=case.name)
        return await self.stub.ReplayCollisionCase(request, **(caller or self.house.boss))

    async def sweep(self) -> int:
        """Close what is due."""
        every = [each for each in sweeps(self.house.parts) if each.name == "close collision cases"]
        return await Sweeps(every, engine=self.house.parts.background_engine, clock=self.house.clock).step(every[0])

    async def account(self, name: str) -> account_pb2.Account:
        request = account_service_pb2.GetAccountRequest(name=name)
        return await self.accounts.GetAccount(request, **self.house.boss)

    async def by_evidence(self) -> messages.CollisionCase:
        """A case that Wang Lei wins, who has a requirement document of the customer Zhang Wei looks after."""
        opened = await Dealings(self.house, self.house.zhang_wei).open()
        await Dealings(self.house, self.house.boss).assign(opened, WANG_LEI)
        await Dealings(self.house, self.house.wang_lei).document(opened)
        return await self.open(opportunity=opened.name)

    async def evidence(self, caller: Caller, customer: str) -> str:
        """The document of a requirement, of an opportunity that the caller works with a customer of his own."""
        account = account_pb2.Account(display_name=customer)
        create = account_service_pb2.CreateAccountRequest(account=account)
        name = (await self.accounts.CreateAccount(create, **caller)).name
        deals = Dealings(self.house, caller)
        opportunity = await deals.open(account=name)
        return str((await deals.document(opportunity)).name)

    async def undecided(self, *, ours: str = "") -> messages.CollisionCase:
        """A case that no rule decides: Wang Lei claims by words whom Zhang Wei looks after."""
        await Dealings(self.house, self.house.zhang_wei).yunfan()
        evidence = ours or await self.evidence(self.house.wang_lei, "成都远图科技有限公司")
        return await self.open(company_name=YUNFAN, statement="客户由我开发", evidence=[evidence])

    async def noted(self, action: str) -> list[tuple[str, Any]]:
        """What stands in the audit of an action: the resource and the details."""
        async with self.house.engine.connect() as connection:
            found = select(audit.c.resource, audit.c.details).where(audit.c.action == action).order_by(audit.c.resource)
            return [(row.resource, row.details) for row in await connection.execute(found)]
