"""Approvals over a real database: a kind whose subject the test holds in its hand."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from millrace.approvals.v1.approval_pb2 import Approval as ApprovalMessage
from millrace.pipeline.v1 import approval_service_pb2
from millrace.pipeline.v1.approval_service_pb2_grpc import ApprovalServiceStub
from sqlalchemy import insert

from chassis.approvals import Approval, ApprovalKind, ApprovalSubject, ApproverRule, ask, outdate
from chassis.approvals.publications import approval_publications
from chassis.approvals.servicer import ApprovalServicer
from chassis.database import open_engine
from chassis.organization import Organization
from chassis.principal import Principal, Scope
from chassis.rpc.call import Call
from chassis.rpc.serving import Boundary
from chassis.texts import Texts
from chassis.work import Store, UnitOfWork
from kernel.errors import NotAllowed, Unauthenticated
from services.pipeline.storage.approvals import APPROVALS
from services.pipeline.storage.metadata import ORGANIZATION
from tests.support.clock import FixedClock
from trade.reasons import Reason

if TYPE_CHECKING:
    from millrace.pipeline.v1.approval_service_pb2_grpc import ApprovalServiceAsyncStub

ZHANG_WEI, MANAGER, OTHER_MANAGER = UUID(int=1), UUID(int=2), UUID(int=3)
HANGZHOU, CHENGDU = UUID(int=101), UUID(int=102)
CONTENT, OTHER_CONTENT = b"a" * 32, b"b" * 32
WAIVER = "waivers/01890000-0000-7000-8000-000000000001"
Caller = dict[str, Any]


@dataclass
class Office:
    """Who works here, what is asked, and what the decision did."""

    channel: grpc.aio.Channel
    store: Store
    clock: FixedClock
    principals: dict[str, Principal] = field(default_factory=dict)
    content: bytes = CONTENT
    effects: list[str] = field(default_factory=list)
    refuse_effect: bool = False

    @property
    def stub(self) -> "ApprovalServiceAsyncStub":
        return ApprovalServiceStub(self.channel)

    def as_member(self, member: UUID, *, team: UUID = HANGZHOU, role: str = "sales_manager", scope: Scope) -> Caller:
        """Call arguments of a member who reads and approves so far."""
        token = f"{member}-{team}-{role}-{scope.name}"
        self.principals[token] = Principal(
            subject=f"members/{member}",
            grants={"pipeline.read": scope, "pipeline.approve": scope},
            roles=frozenset({role}),
            team=team,
            teams=frozenset({team}),
        )
        return {"metadata": (("authorization", f"Bearer {token}"), ("accept-language", "zh"))}

    @property
    def zhang_wei(self) -> Caller:
        """The rep who asks."""
        return self.as_member(ZHANG_WEI, role="sales", scope=Scope.OWN)

    @property
    def manager(self) -> Caller:
        """His manager."""
        return self.as_member(MANAGER, scope=Scope.TEAM)

    async def ask(
        self,
        *,
        roles: tuple[str, ...] = (),
        content: bytes = CONTENT,
        subject: str = WAIVER,
        parties: tuple[UUID, ...] = (),
    ) -> ApprovalMessage:
        """Zhang Wei asks for a waiver."""

        async def use_case(work: UnitOfWork) -> Approval:
            return await ask(
                work,
                APPROVALS,
                kind="waiver",
                subject=ApprovalSubject(
                    name=subject,
                    content_hash=content,
                    owner=ZHANG_WEI,
                    team=HANGZHOU,
                    region=None,
                    parties=frozenset(f"members/{each}" for each in parties),
                ),
                approver=ApproverRule(permission="pipeline.approve", roles=frozenset(roles)),
                reasons=(Reason("APPROVER_AWAY"),),
            )

        asked = await self.write(use_case)
        return await self.stub.GetApproval(approval_service_request(asked), **self.zhang_wei)

    async def outdate(self) -> None:
        """The waiver changes: what was asked about it holds no longer."""

        async def use_case(work: UnitOfWork) -> None:
            await outdate(work, APPROVALS, subject=WAIVER, kind="waiver")

        await self.write(use_case)

    async def write(self, use_case: Any) -> Any:
        """Run a use case on Zhang Wei's account."""
        results: list[Any] = []

        async def run(work: UnitOfWork) -> Empty:
            results.append(await use_case(work))
            return Empty()

        call = Call(
            principal=Principal(subject=f"members/{ZHANG_WEI}"),
            method="/test/Ask",
            now=self.clock.now(),
            answer_type=Empty,
        )
        await self.store.write(call, ApprovalMessage(), run, answer=lambda empty: empty)
        return results[-1]

    async def current(self, _work: UnitOfWork, _approval: Approval) -> bytes:
        """The content of the waiver now."""
        return self.content

    async def effect(self, _work: UnitOfWork, approval: Approval) -> None:
        """What a decision does."""
        if self.refuse_effect:
            raise NotAllowed(permission="pipeline.write")
        self.effects.append(approval.state.value)


def approval_service_request(approval: Approval) -> Any:
    """A request to read an approval."""
    from millrace.approvals.v1.approval_requests_pb2 import GetApprovalRequest

    return GetApprovalRequest(name=f"pipelineApprovals/{approval.uuid}")


@pytest.fixture
async def office(pipeline_database: str, clock: FixedClock) -> AsyncIterator[Office]:
    """An ApprovalService over a fresh database of pipeline, with the manager in the copy of the organization."""
    principals: dict[str, Principal] = {}

    async def identify(token: str, _now: datetime) -> Principal:
        if token not in principals:
            raise Unauthenticated
        return principals[token]

    engine = open_engine(pipeline_database, name="test")
    publications = approval_publications("pipeline", collection=APPROVALS.collection)
    store = Store(engine, service="pipeline", clock=clock, publications=publications)
    texts, organization = Texts(), Organization(engine=engine, tables=ORGANIZATION, max_age=0)
    server = grpc.aio.server()
    port = server.add_insecure_port("127.0.0.1:0")
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        office = Office(channel, store, clock, principals)
        kinds = {"waiver": ApprovalKind(content=office.current, effect=office.effect)}
        servicer = ApprovalServicer(store, APPROVALS, kinds, organization=organization, texts=texts, page_key=b"k" * 32)
        contract = approval_service_pb2.DESCRIPTOR.services_by_name["ApprovalService"]
        boundary = Boundary(identify=identify, texts=texts, clock=clock)
        server.add_generic_rpc_handlers(tuple(boundary.bind({contract: servicer})))
        await server.start()
        yield office
    await server.stop(None)
    await store.drain()
    await engine.dispose()


async def hire_manager(office: Office) -> None:
    """Put the manager and his role into the copy of the organization."""
    member = {
        "uuid": MANAGER,
        "version": 1,
        "display_name": "李娜",
        "pinyin": "lina",
        "email": "",
        "roles": ["sales_manager"],
        "team": HANGZHOU,
        "seniority": "senior",
        "capacity": 10,
        "skills": [],
        "working_state": "working",
        "active": True,
    }
    team = {"uuid": HANGZHOU, "version": 1, "display_name": "杭州", "path": [HANGZHOU], "archived": False}
    role = {"uuid": UUID(int=9), "version": 1, "key": "sales_manager", "display_name_zh": "", "display_name_en": ""}
    grants = {"pipeline.approve": 2, "pipeline.read": 2}
    async with office.store.engine.begin() as connection:
        await connection.execute(insert(ORGANIZATION.members).values(member))
        await connection.execute(insert(ORGANIZATION.teams).values(team))
        await connection.execute(insert(ORGANIZATION.roles).values(**role, grants=grants, archived=False))
