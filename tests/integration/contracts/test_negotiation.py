"""Entering 合同谈判 creates the contract draft from the approved quote if none exists, and opens its legal review."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

from millrace.approvals.v1.approval_requests_pb2 import ListApprovalsRequest
from millrace.contracts.v1 import contract_events_pb2 as states
from millrace.contracts.v1.approval_service_pb2_grpc import ApprovalServiceStub
from millrace.contracts.v1.contract_pb2 import Contract
from millrace.contracts.v1.contract_service_pb2 import ListContractsRequest, TerminateContractRequest
from millrace.contracts.v1.contract_service_pb2_grpc import ContractServiceStub
from millrace.pipeline.v1 import opportunity_events_pb2 as events
from sqlalchemy import text

from chassis.consumer import Event
from chassis.consumer.applying import Applier
from chassis.jobs import Jobs, carry_out
from chassis.principal import service_principal
from services.contracts.__main__ import subscriptions
from services.contracts.application.negotiation import Negotiations
from services.contracts.rpc.contract_wiring import beginning, contract_desk
from tests.integration.contracts.conftest import CHENGDU, LI_NA, ContractsHouse, an_offer, put_away
from tests.integration.contracts.lives import told
from tests.support.clock import NOON

OPPORTUNITY = uuid4()


class Pipeline:
    """Tells of one opportunity, as pipeline does."""

    def __init__(self, house: ContractsHouse) -> None:
        found = next(each for each in subscriptions(house.parts) if each.name == "contracts-opportunities")
        self.applier = Applier(found, engine=house.engine, history=_no_history, clock=house.clock)
        self.version = 0
        self.house = house

    async def tell(self, stage: Any, *, state: Any = events.OPPORTUNITY_STATE_OPEN, again: int = 0) -> None:
        """The opportunity entered a stage; `again` tells the event so often more."""
        snapshot = events.OpportunitySnapshot(name=f"opportunities/{OPPORTUNITY}", stage_kind=stage, state=state)
        await self._tell(events.OpportunityMoved(opportunity=snapshot), again=again)

    async def assign(self, owner: UUID, team: UUID) -> None:
        """The opportunity got another owner."""
        snapshot = events.OpportunitySnapshot(
            name=f"opportunities/{OPPORTUNITY}", owner=f"members/{owner}", team=f"teams/{team}"
        )
        await self._tell(events.OpportunityAssigned(opportunity=snapshot))

    async def _tell(self, message: Any, *, again: int = 0) -> None:
        self.version += 1
        event = Event(
            id=str(uuid4()),
            subject="millrace.pipeline.v1.opportunity.told",
            type=message.DESCRIPTOR.full_name,
            aggregate=f"opportunity/{OPPORTUNITY}",
            version=self.version,
            time=NOON,
            payload=message.SerializeToString(),
            message=message,
        )
        for _ in range(1 + again):
            await self.applier.apply([event], place=None)
        await go_on(self.house)


async def go_on(house: ContractsHouse) -> None:
    """Carry out the jobs that wait."""
    await Jobs([beginning(house.parts)], engine=house.engine, clock=house.clock).drain()


async def _no_history(*_: object) -> AsyncIterator[Event]:
    none: tuple[Event, ...] = ()
    for event in none:
        yield event


async def contracts(house: ContractsHouse) -> list[Contract]:
    answer = await ContractServiceStub(house.channel).ListContracts(ListContractsRequest(), **house.zhang_wei)
    return list(answer.contracts)


async def test_entering_negotiation_drafts_the_contract_and_opens_its_review(house: ContractsHouse) -> None:
    offer = put_away(house.offers, an_offer(opportunity=OPPORTUNITY))
    await Pipeline(house).tell(events.STAGE_KIND_NEGOTIATION)
    (contract,) = await contracts(house)
    waiting = await ApprovalServiceStub(house.channel).ListApprovals(ListApprovalsRequest(), **house.legal)
    assert (contract.quote, contract.state) == (offer.resource, states.CONTRACT_STATE_LEGAL_REVIEW)
    assert [(each.subject, each.requester) for each in waiting.approvals] == [(contract.name, f"members/{UUID(int=1)}")]


async def test_re_entering_negotiation_opens_no_second_contract(house: ContractsHouse) -> None:
    put_away(house.offers, an_offer(opportunity=OPPORTUNITY))
    pipeline = Pipeline(house)
    await pipeline.tell(events.STAGE_KIND_NEGOTIATION, again=2)
    await pipeline.tell(events.STAGE_KIND_QUOTE)
    put_away(house.offers, an_offer(opportunity=OPPORTUNITY))
    await pipeline.tell(events.STAGE_KIND_NEGOTIATION)
    assert len(await contracts(house)) == 1
    assert await told(house, "approval") == ["requested"]


async def test_without_an_approved_quote_nothing_is_drafted(house: ContractsHouse) -> None:
    put_away(house.offers, an_offer(opportunity=OPPORTUNITY, approved=False))
    await Pipeline(house).tell(events.STAGE_KIND_NEGOTIATION)
    assert await contracts(house) == []


async def approve_later(house: ContractsHouse) -> None:
    put_away(house.offers, an_offer(opportunity=OPPORTUNITY))
    await carry_out(
        house.parts.store,
        service_principal("contracts", {}),
        action="test",
        use_case=lambda work: Negotiations(contract_desk(house.parts)).approved(work, opportunity=OPPORTUNITY),
    )
    await go_on(house)


async def test_a_quote_approved_while_its_opportunity_negotiates_drafts_the_contract(house: ContractsHouse) -> None:
    await Pipeline(house).tell(events.STAGE_KIND_NEGOTIATION)
    await approve_later(house)
    assert [each.state for each in await contracts(house)] == [states.CONTRACT_STATE_LEGAL_REVIEW]


async def test_a_quote_approved_after_the_negotiation_ended_drafts_nothing(house: ContractsHouse) -> None:
    pipeline = Pipeline(house)
    await pipeline.tell(events.STAGE_KIND_NEGOTIATION)
    await pipeline.tell(events.STAGE_KIND_NEGOTIATION, state=events.OPPORTUNITY_STATE_LOST)
    await approve_later(house)
    assert await contracts(house) == []


async def test_a_contract_that_was_dropped_counts_as_none(house: ContractsHouse) -> None:
    put_away(house.offers, an_offer(opportunity=OPPORTUNITY))
    pipeline = Pipeline(house)
    await pipeline.tell(events.STAGE_KIND_NEGOTIATION)
    (first,) = await contracts(house)
    await ContractServiceStub(house.channel).TerminateContract(
        TerminateContractRequest(name=first.name, comment="重做"), **house.zhang_wei
    )
    await pipeline.tell(events.STAGE_KIND_NEGOTIATION)
    assert len(await contracts(house)) == 2


async def test_a_draft_that_cannot_go_to_legal_yet_stays_a_draft(house: ContractsHouse) -> None:
    put_away(house.offers, an_offer(opportunity=OPPORTUNITY, buyer=""))
    await Pipeline(house).tell(events.STAGE_KIND_NEGOTIATION)
    assert [each.state for each in await contracts(house)] == [states.CONTRACT_STATE_DRAFT]


async def test_whoever_takes_an_opportunity_over_answers_for_its_contract(house: ContractsHouse) -> None:
    put_away(house.offers, an_offer(opportunity=OPPORTUNITY))
    pipeline = Pipeline(house)
    await pipeline.tell(events.STAGE_KIND_NEGOTIATION)
    await pipeline.assign(LI_NA, CHENGDU)
    stub = ContractServiceStub(house.channel)
    seen = await stub.ListContracts(ListContractsRequest(), **house.as_member(LI_NA, team=CHENGDU))
    assert [each.owner for each in seen.contracts] == [f"members/{LI_NA}"]
    assert await contracts(house) == []


async def test_draft_and_review_stand_or_fall_together(house: ContractsHouse) -> None:
    """Killed between them, the repeat would find the contract and leave it without a review for good."""
    put_away(house.offers, an_offer(opportunity=OPPORTUNITY))
    await Pipeline(house).tell(events.STAGE_KIND_NEGOTIATION)
    async with house.engine.connect() as connection:
        written = await connection.execute(
            text("select distinct xmin::text from outbox where aggregate_type in ('contract', 'approval')")
        )
    assert len(written.all()) == 1


async def test_a_move_and_an_approval_that_do_not_see_each_other_begin_the_contract(house: ContractsHouse) -> None:
    """Each looks while the other is not committed; the second job of the move looks when both are."""
    negotiations = Negotiations(contract_desk(house.parts))

    async def carry(use_case: Any) -> None:
        account = service_principal("contracts", {})
        await carry_out(house.parts.store, account, action="test", use_case=use_case)

    await carry(lambda work: negotiations.approved(work, opportunity=OPPORTUNITY))
    await carry(lambda work: negotiations.moved(work, opportunity=OPPORTUNITY, negotiating=True))
    await go_on(house)
    put_away(house.offers, an_offer(opportunity=OPPORTUNITY))
    await go_on(house)
    assert await contracts(house) == []
    house.clock.travel(seconds=30)
    await go_on(house)
    assert [each.state for each in await contracts(house)] == [states.CONTRACT_STATE_LEGAL_REVIEW]


async def test_a_quote_approved_before_the_negotiation_leaves_no_job(house: ContractsHouse) -> None:
    await approve_later(house)
    async with house.engine.connect() as connection:
        assert await connection.scalar(text("select count(*) from jobs")) == 0
